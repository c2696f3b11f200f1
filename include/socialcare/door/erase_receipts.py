"""The receipts and lists in a council's outbox that name a child."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

from socialcare.settings import get_settings


def naming(council_id: str, identifier: str) -> list[Path]:
    """Return those in which the identifier stands as a word of its own; one that cannot be read may name it."""
    word = re.compile(rf"(?<![0-9A-Za-z]){re.escape(html.escape(identifier))}(?![0-9A-Za-z])")
    outbox = get_settings().outbox / council_id
    told = sorted([*outbox.glob("receipt-*"), *outbox.glob("due-*")])
    return [path for path in told if path.is_file() and _names(path, word)]


def _names(path: Path, word: re.Pattern[str]) -> bool:
    if path.suffix != ".xlsx":
        return bool(word.search(path.read_text(errors="replace")))
    try:
        with zipfile.ZipFile(path) as book:
            parts = [name for name in book.namelist() if name.endswith(".xml")]
            return any(word.search(book.read(name).decode(errors="replace")) for name in parts)
    except zipfile.BadZipFile:
        return True
