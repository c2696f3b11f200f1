"""Sources that no machine fetches: a person downloads the files, and only a local mirror brings them in."""

from __future__ import annotations

from socialcare.extract.release import Fetched, Memory, Release, RemoteFile
from socialcare.registry import Source


class ByHandExtractor:
    """Finds nothing and asks nobody; ``note`` says why. The source's tables exist all the same."""

    family = "by_hand"
    partial = True

    def __init__(self, note: str):
        self.note = note
        self.moved: dict[str, str] = {}

    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Return no release."""
        return [], {}

    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return nothing: there is no release to ask about."""
        return []

    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return nothing: there is no file to ask for."""
        return None
