"""GOV.UK: files attached to the pages of a collection, or to one page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from socialcare.errors import Fault
from socialcare.extract.answer import check_kind
from socialcare.extract.govuk_pages import FORMATS, Pages
from socialcare.extract.http import Client
from socialcare.extract.release import Fetched, Memory, Release, RemoteFile, files_for_tables, looked, understood
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import GovukFiles

_NO_PAGE = ("not_found", "gone")


class GovukFilesExtractor:
    """``updated_at`` of the starting page moves with any change, even of a linked page: one request tells."""

    family = "govuk_files"

    def __init__(self, client: Client, publishers: Publishers, *, partial: bool = False):
        self.note = ""
        self._client = client
        self._pages = Pages(client, publishers)
        self.partial = partial

    @property
    def moved(self) -> dict[str, str]:
        return self._client.moved

    @understood("GOV.UK")
    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Ask once for the starting page; where it is no more, for the second way to the releases.

        Raises Fault ``release_missing`` where neither offers one.
        """
        options = _options(source)
        remember: Memory = {}
        try:
            start = self._pages.get(options.collection or options.page)
            remember = {"page": start["updated_at"]}
            if memory.get("page") == remember["page"]:
                return looked(self._client, memory, [], remember)
            read = _documents if options.collection else self._attached
            found = read(start, options, str(start["updated_at"]))
        except Fault as fault:
            found = self._instead(source, fault)
            self._client.moved[fault.where] = ""
        held = sorted((r for r in found if source.holds(r.release)), key=lambda release: release.release)
        if not held:
            raise Fault(
                "release_missing",
                f"The page offers no release of {source.title}.",
                where=self._pages.address(options.collection or options.page),
                remedy=f"open the page; if the publisher's titles changed, correct `release` in {source.file}.",
            )
        new = [release for release in held if memory.get(release.release) != release.mark]
        return looked(self._client, memory, new, remember)

    def _attached(self, start: Any, options: GovukFiles, mark: str) -> list[Release]:
        """Return the releases among a page's own files."""
        releases = {_release_in(name, options) for name in self._pages.files_of(start)}
        return [Release(release, mark, address=options.page) for release in releases if release]

    def _instead(self, source: Source, fault: Fault, only: str = "") -> list[Release]:
        """Return what the second way offers where a page is no more; where that fails too, raise the first fault."""
        if fault.name not in _NO_PAGE:
            raise fault
        try:
            found = self._elsewhere(source, only)
        except Fault as other:
            raise fault from other
        if not found:
            raise fault
        return found

    def _elsewhere(self, source: Source, only: str = "") -> list[Release]:
        """Return releases found by GOV.UK's search, else those whose page is where the series' pattern says."""
        options = _options(source)
        found = {}
        for item in self._pages.search(options.search) if options.search else ():
            release = _release_in(item["title"], options)
            if release and release not in found:
                moment = str(item["public_timestamp"])
                found[release] = Release(release, moment, date.fromisoformat(moment[:10]), item["link"])
        if not found and options.page_of_release:
            years = [only] if only else [str(year) for year in range(_this_year(), int(source.first_release) - 1, -1)]
            for year in years:
                path = options.page_of_release.replace("{release}", year)
                try:
                    found[year] = Release(year, str(self._pages.get(path)["updated_at"]), address=path)
                except Fault as fault:
                    if fault.name not in _NO_PAGE:
                        raise
        if found:
            self.note = f"{options.collection or options.page} is no more; its releases were found another way"
        return [release for release in found.values() if not only or release.release == only]

    @understood("GOV.UK")
    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return the release's attached files that hold the declared tables, one format of each."""
        options = _options(source)
        page, where = self._release_page(source, release)
        attached = self._pages.files_of(page)
        if options.page:
            attached = {n: file for n, file in attached.items() if _release_in(n, options) == release.release}
        names = list(attached)
        for suffix in FORMATS:
            of_format = [name for name in attached if name.lower().endswith(suffix)]
            if any(re.search(t.files, name, re.I) for t in source.tables.values() for name in of_format):
                names = of_format
                break
        chosen = files_for_tables(source, self.family, release.release, names, where)
        return [RemoteFile(n, attached[n].url, tuple(held), size=attached[n].size) for n, held in chosen.items()]

    def _release_page(self, source: Source, release: Release) -> tuple[Any, str]:
        where = release.address
        try:
            return self._pages.get(where), self._pages.address(where)
        except Fault as fault:
            other = self._instead(source, fault, release.release)
            if other[0].address.strip("/") == where.strip("/"):
                raise
            return self._pages.get(other[0].address), self._pages.address(other[0].address)

    @understood("GOV.UK")
    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return the file, following a move within GOV.UK. Raises Fault ``size_wrong``."""
        answer = self._client.get(file.url, validators=validators, is_file=True)
        if answer is None:
            return None
        check_kind(answer, "." + file.name.rsplit(".", 1)[-1].lower())
        moved = answer.url != file.url  # to a replacement, whose size the page does not state yet
        if file.size is not None and not moved and len(answer.content) != file.size:
            raise Fault(
                "size_wrong",
                f"The page says that the file has {file.size:,} bytes; {len(answer.content):,} came.",
                where=file.url,
                remedy="run the source again later: the page may be older than the file; nothing was changed.",
                retryable=True,
            )
        return Fetched(answer.content, answer.url, answer.validators, file.name)


def _documents(start: Any, options: GovukFiles, mark: str) -> list[Release]:
    """Return the releases among a collection's pages, and the older ones that lie elsewhere."""
    found = {release: Release(release, mark, address=path) for release, path in options.older_pages.items()}
    for document in start["links"].get("documents", ()):
        release = None if document.get("withdrawn") else _release_in(document["title"], options)
        if release:
            day = date.fromisoformat(document["public_updated_at"][:10])
            found[release] = Release(release, mark, day, document["base_path"])
    return list(found.values())


def _release_in(text: str, options: GovukFiles) -> str | None:
    match = re.search(options.release, text, re.IGNORECASE)
    return match["release"] if match else None


def _this_year() -> int:
    return datetime.now(UTC).year


def _options(source: Source) -> GovukFiles:
    assert isinstance(source.extract, GovukFiles)
    return source.extract
