"""Refuse a workbook that is more than data, or far more of it than it seems, before a reader opens it.

Nothing in it is followed, run or unpacked to disk. What is refused is said by name, without repeating any of it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from socialcare.door.ole import BrokenError, xls_problem
from socialcare.door.sheet_extent import BrokenXmlError, Extent, TooLargeError

#: The largest file that is opened, and what its parts may unpack to. Eleven real lists are below a hundredth.
LARGEST_FILE = 64 << 20
_MOST_UNPACKED = 512 << 20
#: The largest sheet that is read, in cells; the largest list of a large council has a tenth of it.
MOST_CELLS = 3_000_000
_MOST_PARTS = 10_000
_PIECE = 1 << 18
_BROKEN = (
    *(BrokenError, BrokenXmlError, zipfile.BadZipFile, zlib.error),
    *(NotImplementedError, RuntimeError, ValueError, EOFError, OSError),
)


class _BombError(Exception):
    """The parts unpack to too much."""


def problem_of(content: bytes) -> str:
    """Return the name of the reason why the workbook is not opened, or nothing."""
    if len(content) > LARGEST_FILE:
        return "workbook_too_large"
    try:
        if not content.startswith(b"PK"):
            return xls_problem(content, MOST_CELLS)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            problem = _names_problem(archive)
            if not problem:
                _measure(archive)
            return problem
    except _BombError:
        return "workbook_bomb"
    except TooLargeError:
        return "sheet_too_large"
    except _BROKEN:
        return "workbook_broken"


def _names_problem(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if len(parts) > _MOST_PARTS:
        return "workbook_too_large"
    if any(_climbs(name) for name in names):
        return "workbook_path_climbs"
    if any(part.flag_bits & 1 for part in parts):
        return "workbook_password"
    if "xl/workbook.bin" in names:
        return "workbook_binary"
    if "xl/workbook.xml" not in names:
        return "zip_not_workbook"
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        return "workbook_macros"
    if any(name.startswith("xl/externallinks/") for name in names):
        return "workbook_external_links"
    return "workbook_broken" if len(set(names)) < len(names) else ""


def _climbs(name: str) -> bool:
    return name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts


def _measure(archive: zipfile.ZipFile) -> None:
    """Unpack every part and keep none of it: what an archive states of its sizes may be a lie."""
    done = 0
    for part in archive.infolist():
        extent = Extent(MOST_CELLS) if part.filename.lower().endswith((".xml", ".rels")) else None
        part.file_size = _MOST_UNPACKED + 1
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                done += len(piece)
                if done > _MOST_UNPACKED:
                    raise _BombError
                if extent:
                    extent.feed(piece)
        if extent:
            extent.feed(b"", is_last=True)
