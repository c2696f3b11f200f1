"""Is this a data file at all? Asked of the bytes before anything is kept."""

from __future__ import annotations

import io
import re
import zipfile

from socialcare.errors import Fault

#: More than this, unpacked, is no statistics workbook.
MAX_UNPACKED_BYTES = 1_000_000_000

_ASK = "open the address in a browser; if the publisher's file is broken, wait for a corrected one."
#: A Parquet file begins and ends with these bytes.
_PARQUET = b"PAR1"
_WEB_PAGE = re.compile(rb"\s*(<!doctype|<html|<\?xml[^>]*>\s*<html|<head|<body)", re.IGNORECASE)


def check(content: bytes, *, name: str, where: str) -> None:
    """Raise a Fault unless ``content`` looks like the kind of file that ``name`` says.

    Faults: ``empty``, ``not_data`` (a web page, or binary where text belongs), ``truncated``.
    """
    if not content.strip():
        raise Fault("empty", f"{name} is empty.", where=where, remedy=_ASK, retryable=True)
    if _WEB_PAGE.match(content.removeprefix(b"\xef\xbb\xbf")[:500]):
        raise Fault("not_data", f"{name} is a web page, not data.", where=where, remedy=_ASK, retryable=True)
    if name.lower().endswith((".xlsx", ".ods")):
        _check_workbook(content, name, where)
    elif name.lower().endswith(".parquet"):
        _check_parquet(content, name, where)
    elif b"\x00" in content:
        raise Fault("not_data", f"{name} is binary, not a text table.", where=where, remedy=_ASK)


def _check_workbook(content: bytes, name: str, where: str) -> None:
    if not content.startswith(b"PK"):
        raise Fault("not_data", f"{name} is not a workbook.", where=where, remedy=_ASK)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Fault(
            "truncated",
            f"{name} is cut short: the workbook has no end.",
            where=where,
            remedy="fetch the file again; it was not received whole.",
            retryable=True,
        ) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise Fault(
            "too_large",
            f"{name} would unpack to {unpacked:,} bytes.",
            where=where,
            remedy="look at the file by hand: no statistics workbook is that large.",
        )


def _check_parquet(content: bytes, name: str, where: str) -> None:
    if not content.startswith(_PARQUET):
        raise Fault("not_data", f"{name} is not a Parquet file.", where=where, remedy=_ASK)
    if not content.endswith(_PARQUET):
        raise Fault(
            "truncated",
            f"{name} is cut short: the Parquet file has no end.",
            where=where,
            remedy="fetch the file again; it was not received whole.",
            retryable=True,
        )
