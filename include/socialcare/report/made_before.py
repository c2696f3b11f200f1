"""What the reader's own report of last time holds: a page or drawing that would come out the same is taken from there.

Nothing else is kept. So it lives no longer than the set of extracts that it lies in, is as private as that folder is,
and no reader's page can come from another's. Each carries the digest of all that it was made of; a page whose bytes
are not those that its folder's manifest names is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

#: What draws and writes besides our own code: another version may set a letter elsewhere.
_LIBRARIES = ("altair", "vl-convert-python", "jinja2", "markupsafe")
#: Where the drawing library finds letters, whose widths decide where a chart begins.
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
MARK = "data-made-of"


def made_of(*parts: Any) -> str:
    """Return the digest of what something is made of, the code and letters that make it among them.

    ``parts`` are plain values, rows and named tuples of such: what they read as is what they are. A set has no order.
    """
    return hashlib.sha256(f"{_makers()}\n{parts!r}".encode()).hexdigest()[:32]


class MadeBefore:
    """The pages of last time, in ``folder``; one at a time is in memory. Without a folder there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._read = folder, ("", "")
        self._sums = _sums(folder) if folder else {}

    def body(self, page: str, digest: str) -> str | None:
        """Return what stands between the head and foot of that page, if it was made of the same."""
        _, found, rest = self._text(page).partition(f'{MARK}="{digest}"><div class="inner">\n')
        return rest.rpartition("\n</div></main>")[0] if found else None

    def drawing(self, page: str, digest: str) -> str | None:
        """Return the drawing on that page that was made of the same."""
        found = re.search(rf'<svg class="chart" {MARK}="{digest}".*?</svg>', self._text(page), flags=re.DOTALL)
        return found[0] if found else None

    def _text(self, page: str) -> str:
        if self._read[0] != page:
            self._read = (page, self._whole(page))
        return self._read[1]

    def _whole(self, page: str) -> str:
        """Return the page as it was delivered; nothing where it is missing or is another by now."""
        if self._folder is None or page not in self._sums:
            return ""
        try:
            content = (self._folder / page).read_bytes()
        except OSError:
            return ""
        return content.decode() if hashlib.sha256(content).hexdigest() == self._sums[page] else ""


def _sums(folder: Path) -> dict[str, str]:
    """Return the checksum of each page, as the manifest beside the report's folder has it."""
    try:
        listed = json.loads((folder.parent / "manifest.json").read_text(encoding="utf-8"))["files"]
        return {Path(one["name"]).name: one["sha256"] for one in listed if Path(one["name"]).parent.name == folder.name}
    except (OSError, ValueError, LookupError, TypeError):  # no set yet, or one that an earlier platform wrote
        return {}


@lru_cache(maxsize=1)
def _makers() -> str:
    said = [sys.version, *(f"{name} {version(name)}" for name in _LIBRARIES), *_letters()]
    ours = files("socialcare.report")
    code = [*ours.iterdir(), *ours.joinpath("templates").iterdir()]
    said += [
        f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(code, key=lambda path: path.name)
        if path.name.endswith((".py", ".html"))
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _letters() -> Iterator[str]:
    for place in _FONTS:
        for path in sorted(Path(os.path.expanduser(place)).rglob("*")):
            if path.is_file():
                yield f"{path} {path.stat().st_size}"
