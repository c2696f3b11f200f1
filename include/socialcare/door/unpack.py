"""Zips in a delivery: unpacked at the door into a private folder within limits, or refused by name.

A file is a zip by its content, and a workbook, which is one too, is left to who reads workbooks. What is kept as
the original is the zip's own bytes.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from socialcare.door.arrival import MARKER, Delivery, NotPlainError, Statement, open_plain, read_statement
from socialcare.door.recognise import Copy, Recognised, copied, recognise
from socialcare.errors import Fault
from socialcare.settings import get_settings

#: What all zips of one delivery may hold together. The largest census message known is 2 GB.
MOST_MEMBERS = 100
MOST_BYTES = 16 << 30
#: How much larger than the zip its content may be, once it is large at all. Census messages are 20 to 60 times.
MOST_TIMES = 200
_LARGE = 64 << 20
#: A list of members that is longer than a hundred names can make it: it is not even read.
_LONGEST_LIST = 1 << 20
_CHUNK = 1 << 20
_LEFT_FREE = 1 << 30
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
#: What every document of an office program holds: it is a zip that is not to be unpacked.
_DOCUMENTS = {"[content_types].xml", "mimetype"}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError),
)


class _RefusedError(Exception):
    """The zip is not unpacked; the text is the name of the reason."""


class Unpacker:
    """Unpacks the zips of one delivery, all within the same limits, into a folder that only its owner may enter."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._zips = folder, 0
        self._members, self._bytes = MOST_MEMBERS, MOST_BYTES

    def unpack(self, path: Path) -> list[Path]:
        """Unpack one zip; return its files. Raises _RefusedError, and keeps nothing of it then."""
        self._zips += 1
        into = self._folder / str(self._zips)
        into.mkdir(mode=0o700)
        try:
            with open_plain(path) as file:
                return self._unpack(file, path.name, into)
        except (*_BROKEN, OSError, _RefusedError) as error:
            shutil.rmtree(into)
            if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a seek to before the first byte
                raise
            raise _RefusedError(str(error) if isinstance(error, _RefusedError) else "zip_damaged") from None

    def _unpack(self, file: BinaryIO, name: str, into: Path) -> list[Path]:
        size = os.fstat(file.fileno()).st_size
        _refuse_if(_longest_list(file) > _LONGEST_LIST, "zip_too_many_files")
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            self._measure(archive.infolist(), members, size)
            sent = [member for member in members if _is_sent(member)]
            return [self._write(archive, member, into / str(n) / _named(name, member)) for n, member in enumerate(sent)]

    def _measure(self, everything: list[zipfile.ZipInfo], members: list[zipfile.ZipInfo], size: int) -> None:
        """Refuse by what the zip states of itself; what is a lie in it is found when its bytes are read."""
        _refuse_if(not members, "zip_empty")
        _refuse_if(len(members) > self._members, "zip_too_many_files")
        names = [_path_of(member) for member in everything]
        _refuse_if(any(_is_absolute(name) for name in names), "zip_path_absolute")
        _refuse_if(any(".." in PurePosixPath(name).parts for name in names), "zip_path_climbs")
        _refuse_if(len({name.casefold() for name in names}) < len(names), "zip_name_twice")
        _refuse_if(not all(_is_file(member) for member in members), "zip_link")
        _refuse_if(any(member.flag_bits & _ENCRYPTED for member in members), "zip_encrypted")
        _refuse_if(not all(member.compress_type in _METHODS for member in members), "zip_method")
        stated = sum(member.file_size for member in members)
        _refuse_if(stated > self._bytes, "zip_too_large")
        overlap = sum(member.compress_size for member in members) > size
        _refuse_if(overlap or stated > max(_LARGE, size * MOST_TIMES), "zip_bomb")
        if shutil.disk_usage(self._folder).free < stated + _LEFT_FREE:
            raise Fault(
                "door_no_room",
                "There is not room enough on this machine to unpack a zip of the delivery.",
                where=str(self._folder.parent),
                remedy="make room there; the delivery waits in the inbox until then.",
                retryable=True,
            )
        self._members -= len(members)
        self._bytes -= stated

    def _write(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Path:
        """Write one member. It ends where it said it would, or its check sum is wrong: the library sees to that."""
        path.parent.mkdir(mode=0o700)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as out, archive.open(member) as content:
            shutil.copyfileobj(content, out, _CHUNK)
        return path


def opened(
    delivery: Delivery, new_copy: Callable[[], Copy] | None, stores: ExitStack, folder: Path | None = None
) -> tuple[Delivery, list[Recognised]]:
    """Say what each file of a delivery is, those inside its zips too; the bytes of each also go to a new copy.

    A delivery that holds anything but files says so, and one that states nothing itself takes what a zip states, or a
    marker among its loose files.
    What was unpacked is gone when ``stores`` closes. Raises Fault ``door_no_room``.
    """
    unpacker = Unpacker(_private(folder or get_settings().home / "door" / "unpacked" / delivery.council_id, stores))
    found: list[Recognised] = []
    stated: list[Statement | None] = []
    for path in delivery.files:
        try:
            if _is_marker(path):  # beside loose files
                stated.append(_stated(path, new_copy))
            elif _is_zip(path):
                found += _members(unpacker, path, new_copy, stated)
            else:
                found.append(_recognised(path, new_copy))
        except NotPlainError:
            delivery = replace(delivery, problem=delivery.problem or "not_a_plain_file")
    if delivery.statement is None and stated and not delivery.problem:
        problem = "marker_invalid" if None in stated else "marker_twice" if len(set(stated)) > 1 else ""
        delivery = replace(delivery, statement=stated[0], problem=problem)
    return delivery, found


def _members(
    unpacker: Unpacker, path: Path, new_copy: Callable[[], Copy] | None, stated: list[Statement | None]
) -> list[Recognised]:
    kept = copied(path, new_copy)
    try:
        files = unpacker.unpack(path)
    except _RefusedError as refused:
        return [replace(kept, problem=str(refused))]
    stated += [read_statement(file) for file in files if _is_marker(file)]
    sent = [file for file in files if not _is_marker(file)]
    if not sent:
        return [replace(kept, problem="zip_empty")]
    return [replace(kept, path=file, problem="zip_in_zip") if _is_zip(file) else _recognised(file) for file in sent]


def _recognised(path: Path, new_copy: Callable[[], Copy] | None = None) -> Recognised:
    found = recognise(path, new_copy)
    return replace(found, problem="other_archive") if found.problem and _starts(path, _OTHER_ARCHIVES) else found


def _stated(path: Path, new_copy: Callable[[], Copy] | None) -> Statement | None:
    """Read a marker; what it states is kept as the original, and nothing else of it."""
    statement = read_statement(path)
    with new_copy() if new_copy else nullcontext() as copy:
        if copy and statement:
            copy.write(statement.model_dump_json().encode())
    return statement


def _private(folder: Path, stores: ExitStack) -> Path:
    """Make the folder anew: what a run that was killed left in it still names children."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    stores.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _starts(path: Path, signatures: tuple[bytes, ...]) -> bool:
    with open_plain(path) as file:
        return file.read(8).startswith(signatures)


def _is_zip(path: Path) -> bool:
    """Whether the file is a zip and no document: one whose members cannot be listed counts as a zip."""
    if not _starts(path, _ZIPS):
        return False
    try:
        with open_plain(path) as file:
            if _longest_list(file) > _LONGEST_LIST:
                return True
            with zipfile.ZipFile(file) as archive:
                return not _DOCUMENTS & {name.lower() for name in archive.namelist()}
    except (*_BROKEN, OSError):
        return True


def _longest_list(file: BinaryIO) -> int:
    """Return how long the list of members says it is: the library would read all of it into memory."""
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # must agree with the library
    file.seek(0)
    return int(end[5]) if end else 0


def _path_of(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/")


def _is_absolute(name: str) -> bool:
    return name.startswith("/") or name[1:2] == ":"


def _is_file(member: zipfile.ZipInfo) -> bool:
    return stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG)


def _is_sent(member: zipfile.ZipInfo) -> bool:
    """Whether it is a file that somebody sent: desktops add files of their own."""
    path = PurePosixPath(_path_of(member))
    return not path.name.startswith(".") and path.parts[0] != "__MACOSX" and path.name != "Thumbs.db"


def _named(archive: str, member: zipfile.ZipInfo) -> str:
    """Return a name that any file system takes and that a receipt can show: which zip, and where in it."""
    if PurePosixPath(_path_of(member)).name == MARKER:
        return MARKER
    inner = "".join(c if c.isprintable() else "_" for c in _path_of(member).replace("/", " · "))
    return f"{_end_of(archive)}: {_end_of(inner)}"


def _end_of(name: str) -> str:
    return name.encode(errors="replace")[-100:].decode(errors="ignore")


def _is_marker(path: Path) -> bool:
    return path.name == MARKER


def _refuse_if(wrong: bool, reason: str) -> None:
    if wrong:
        raise _RefusedError(reason)
