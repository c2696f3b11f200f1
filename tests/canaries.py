"""Recognisable, made-up people to plant in what councils send (tests/planting.py), and a search that finds them."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

BORN, WORKER_BORN = date(2013, 3, 17), date(1979, 8, 23)
CHILD, NAME, STREET = "QXCHILD7731", "Zephyrine Quexworthy", "17 Quexworthy Crescent"
POSTCODE, SWE, NHS, PHONE, MAIL = "TS9 7QX", "SW7731552799", "943 476 5919", "07700 900982", "zephyrine@quex.example"
_NUMBER = "840773155279"
#: With the check letter that DfE's guidance gives: the digits times 2 to 13, summed, over 23.
UPN = "ABCDEFGHJKLMNPQRTUVWXYZ"[sum(n * int(d) for n, d in enumerate(_NUMBER, start=2)) % 23] + _NUMBER
#: What is planted in each field. A day of birth is written as the field's others are.
KINDS = {
    **{"child": CHILD, "name": NAME, "street": STREET, "postcode": POSTCODE, "upn": UPN, "swe": SWE},
    **{"nhs": NHS.replace(" ", ""), "phone": PHONE.replace(" ", ""), "mail": MAIL, "born": ""},
}
#: What is left of them when a machine takes them for numbers; and of numbers that are counted on, the beginning.
_PARTS = (PHONE.replace(" ", "")[1:], SWE[2:], SWE[:-4], _NUMBER)
_WORDS = (CHILD, *NAME.split(), STREET, POSTCODE, UPN, SWE, NHS, PHONE, MAIL, *_PARTS)


def _days(day: date) -> set[str]:
    """Return the day in every spelling that is long enough not to stand there by chance."""
    styles = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d%m%Y", "%Y.%m.%d")
    words = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y", "%d%b%Y", "%d/%m/%y ", "%Y-%j", "%d %B, %Y")
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return {day.strftime(style) for style in (*styles, *words)} | {str(int(moment))}


def _spelt(word: str) -> set[str]:
    """Return the word as people and machines rewrite it, in small letters."""
    bare = word.replace(" ", "")
    return {w.lower() for w in (word, bare, word[::-1], bare[::-1], quote(word), word.replace(" ", "_"))}


def _coded(word: str) -> set[bytes]:
    """Return what hides the word without hiding it: base64 at each of its three places, hexadecimal, plain digests."""
    found: set[bytes] = set()
    for form in {word, word.upper(), word.lower(), word.replace(" ", "")}:
        plain = form.encode()
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + plain)
            found.add(coded[(0, 2, 3)[offset] :].rstrip(b"=")[:-2])
        found |= {plain.hex().encode(), plain.hex().upper().encode(), form.encode("utf-16-le")}
        found |= {hashlib.new(kind, plain).hexdigest().encode() for kind in ("md5", "sha1", "sha256")}
    return {code for code in found if len(code) >= 8}  # a part of a short one could stand there by chance


_TEXTS = {w.encode() for word in _WORDS for w in _spelt(word)} | {
    w.lower().encode() for day in (BORN, WORKER_BORN) for w in _days(day)
}
_EXACT = {w for word in (*_WORDS, BORN.isoformat(), BORN.strftime("%d/%m/%Y")) for w in _coded(word)}
assert min(map(len, _TEXTS)) >= 6, "a canary that could stand there by chance"


def found_in(content: bytes | str, *, coded: bool = True) -> list[str]:
    """Return every canary in the content, in any spelling, ``coded`` too; the members of a zip are looked into."""
    raw = content.encode(errors="replace") if isinstance(content, str) else content
    small = raw.lower()
    found = [w.decode() for w in _TEXTS if w in small] + [repr(w) for w in _EXACT if coded and w in raw]
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            found += [w for name in archive.namelist() for w in found_in(archive.read(name))]
    return sorted(found)


def files_under(folder: Path, *, but: Iterable[tuple[str, ...]]) -> Iterator[Path]:
    """Yield every file under a folder, save those in the folders where identity may be."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(parts[: len(kept)] == kept for kept in but):
            yield path
