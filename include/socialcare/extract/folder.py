"""A local mirror: the publishers' files, downloaded by hand, in folders by publisher and publication.

Two sources may share a folder: each takes the releases of its own series.
"""

from __future__ import annotations

import re
from pathlib import Path

from socialcare.errors import Fault
from socialcare.extract.release import Fetched, Memory, Release, RemoteFile, files_for_tables, missing
from socialcare.registry import Source

#: A folder of a release: 2024, or 2024-11 where a series has several a year.
_RELEASE = re.compile(r"\d{4}(-\d{2})?")


class Folder:
    """Read ``<root>/<folder>/<release>/<files>``, or ``<folder>/<files>`` where the name has the release."""

    family = "folder"
    partial = True

    def __init__(self, root: Path):
        self.note = ""
        self.moved: dict[str, str] = {}
        self._root = root

    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Return the releases with a file whose size or time of change is new.

        Raises Fault ``mirror_missing`` where a source that a comparison needs has no folder, or no release in it.
        """
        folder = self._root / source.mirror.folder
        found = {}
        if folder.is_dir():
            named = source.mirror.release_in_name
            found = self._by_name(source, folder) if named else self._by_folder(folder)
        found = {release: paths for release, paths in found.items() if source.holds(release)}
        if not found and not source.is_needed:
            self.note = f"the local mirror has nothing of it under {source.mirror.folder}"
            return [], {}
        if not found:
            raise Fault(
                "mirror_missing",
                f"The local mirror has no release of {source.title}.",
                where=str(folder),
                remedy="put the downloaded files there, a folder per release, or set SOCIALCARE_PUBLISHED.",
            )
        releases = []
        for release, paths in sorted(found.items()):
            mark = {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in paths}
            if memory.get(release) != mark:
                releases.append(Release(release, mark, address=str(paths[0].parent)))
        return releases, {}

    @staticmethod
    def _by_folder(folder: Path) -> dict[str, list[Path]]:
        found = {}
        for child in folder.iterdir():
            if child.is_dir() and _RELEASE.fullmatch(child.name):
                found[child.name] = sorted(path for path in child.iterdir() if path.is_file())
        return {release: paths for release, paths in found.items() if paths}

    @staticmethod
    def _by_name(source: Source, folder: Path) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in sorted(folder.iterdir()):
            match = re.search(source.mirror.release_in_name, path.name, re.IGNORECASE)
            if match and path.is_file():
                parts = match.groupdict()
                found.setdefault(parts.get("release") or f"20{parts['yy']}", []).append(path)
        return found

    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return the release's files that hold declared tables; not all need be there, but one at least."""
        folder = Path(release.address)
        names = list(release.mark)
        chosen = files_for_tables(source, self.family, release.release, names, str(folder))
        due = [name for name, table in source.tables.items() if table.is_due(release.release, self.family)]
        if due and not chosen:
            raise missing(source, release.release, due[0], names, str(folder))
        return [RemoteFile(name, str(folder / name), tuple(tables)) for name, tables in chosen.items()]

    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return the file's bytes."""
        path = Path(file.url)
        return Fetched(path.read_bytes(), path.as_uri(), {}, file.name)
