"""The documents of this repository as pages: runbook, data dictionary, catalogue of sources, decisions."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt

from socialcare.operate.landing import page
from socialcare.settings import get_settings

_PICTURES = {".png", ".svg"}


def find(asked: str) -> Path | None:
    """Return the document or picture of that name; None for anything else that lies in the repository."""
    root = get_settings().project_root.resolve()
    path = (root / asked).resolve()
    below = path.is_relative_to(root / "docs") or path.parent == root
    wanted = path.suffix == ".md" or (path.suffix in _PICTURES and path.is_relative_to(root / "docs"))
    return path if below and wanted and path.is_file() else None


def rendered(path: Path) -> str:
    """Return a document as a page. Tags written into it are shown as words."""
    depth = len(path.relative_to(get_settings().project_root.resolve()).parts)
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = reader.render(path.read_text(encoding="utf-8"))
    wide = text.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return page(path.stem, text=wide.replace("<pre>", '<pre tabindex="0">'), home="../" * depth)
