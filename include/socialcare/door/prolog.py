"""Look at what comes before the first element of an XML file, before any parser does: encoding, declarations, root."""

from __future__ import annotations

import re
from typing import BinaryIO

from socialcare.door.reading import UnreadableError

#: The root element begins within this many bytes, or the file is refused.
_LONGEST = 64 * 1024
_BOM = b"\xef\xbb\xbf"
#: Encodings in which "<", "!" and letters are the bytes of ASCII: nothing can be hidden from this look.
_ENCODINGS = (b"", b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([^"'<>]*)["']""")
_EXTERNAL = re.compile(rb"""<!(?:DOCTYPE\s+[^\s\[>]+|ENTITY\s+(?:%\s+)?[^\s>]+)\s+(?:SYSTEM|PUBLIC)\s""")
_ROOT = re.compile(rb"<(?:[^\s/>:]+:)?([A-Za-z_][^\s/>:]*)[\s/>]")
_SKIPPED = ((b"<?", b"?>"), (b"<!--", b"-->"))


def check_prolog(file: BinaryIO, root: str) -> None:
    """Refuse what no census message has; leave the file at its beginning. Raises UnreadableError."""
    head = file.read(_LONGEST)
    file.seek(0)
    if root_of(head) != root:
        raise UnreadableError("xml_wrong_root")


def root_of(head: bytes) -> str:
    """Return the name of the root element, without its namespace. Raises UnreadableError.

    Document type declarations are refused whole: no census message has one, and every attack with entities does.
    """
    if b"\0" in head:
        raise UnreadableError("xml_encoding" if head[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<") else "nul_bytes")
    rest = head.removeprefix(_BOM)
    if _encoding_of(rest) not in _ENCODINGS:
        raise UnreadableError("xml_encoding")
    rest = _after_comments(rest)
    if rest[:9].upper() == b"<!DOCTYPE":
        raise UnreadableError(_declaration(rest))
    found = _ROOT.match(rest)
    if not found:
        raise UnreadableError("xml_not_well_formed" if len(head) < _LONGEST else "xml_prolog_too_long")
    return found[1].decode("utf-8", "replace")


def _encoding_of(head: bytes) -> bytes:
    if not head.startswith(b"<?xml"):
        return b""
    found = _ENCODING.search(head[: head.find(b"?>")])
    return found[1].strip().lower() if found else b""


def _after_comments(rest: bytes) -> bytes:
    """Return what follows the declaration, comments and instructions; nothing when one of them never ends."""
    while True:
        rest = rest.lstrip()
        end = next((end for start, end in _SKIPPED if rest.startswith(start)), None)
        if end is None:
            return rest
        rest = rest.partition(end)[2]


def _declaration(rest: bytes) -> str:
    if _EXTERNAL.search(rest):
        return "xml_external_entity"
    return "xml_entities" if b"<!ENTITY" in rest else "xml_doctype"
