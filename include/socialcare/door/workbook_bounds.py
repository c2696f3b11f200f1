"""Refuse a workbook that is more than data, or far more of it than it seems, before a reader opens it.

Nothing in it is followed, run or unpacked to disk. What is refused is said by name, without repeating any of it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from socialcare.door.ole import BrokenError, xls_problem
from socialcare.errors import Fault
from socialcare.land import bounds

#: The largest file that is opened, and what all of its XML may unpack to. Eleven real lists are below a hundredth.
LARGEST_FILE = 64 << 20
_MOST_XML = 512 << 20
_MOST_PARTS = 10_000
_PIECE = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError)


def problem_of(content: bytes) -> str:
    """Return the name of the reason why the workbook is not opened, or nothing."""
    if len(content) > LARGEST_FILE:
        return "workbook_too_large"
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return _zip_problem(archive) or _size_problem(content)
        return xls_problem(content, bounds.MAX_CELLS)
    except (*_BROKEN, BrokenError):
        return "workbook_broken"


def _zip_problem(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        return "workbook_too_large"
    names = [part.filename.replace("\\", "/").lower() for part in parts]
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
    return "workbook_bomb" if _unpacks_to_too_much(archive, parts) else ""


def _climbs(name: str) -> bool:
    return name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts


def _unpacks_to_too_much(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    """Unpack all XML and keep none of it: what an archive states of its sizes may be a lie."""
    done = 0
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue  # pictures and printer settings are not read
        part.file_size = _MOST_XML + 1
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                done += len(piece)
                if done > _MOST_XML:
                    return True
    return False


def _size_problem(content: bytes) -> str:
    try:
        bounds.check(content, "workbook", "")
    except Fault as fault:
        return "sheet_too_large" if fault.name == "too_large" else "workbook_broken"
    return ""
