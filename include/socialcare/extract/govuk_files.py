"""GOV.UK: files attached to the pages of a collection, or to one page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from socialcare.errors import Fault
from socialcare.extract.http import Client
from socialcare.extract.release import Fetched, Memory, Release, RemoteFile, files_for_tables, understood
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import GovukFiles

#: In order of preference, where the same table is attached in several formats.
FORMATS = (".ods", ".xlsx", ".csv")


class GovukFilesExtractor:
    """``updated_at`` of the starting page moves with any change, even of a linked page: one request tells."""

    family = "govuk_files"

    def __init__(self, client: Client, publishers: Publishers):
        self._client = client
        self._base = f"{publishers.govuk}/api/content"
        self._pages: dict[str, Any] = {}

    @understood("GOV.UK")
    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Ask once for the starting page. Raises Fault ``release_missing`` where it offers no release."""
        options = _options(source)
        start = self._page(options.collection or options.page)
        remember = {"page": start["updated_at"]}
        if memory.get("page") == remember["page"]:
            return [], remember
        mark = str(start["updated_at"])
        read = _documents if options.collection else _attached
        found = read(start, options, mark)
        releases = sorted((r for r in found if r.release >= source.first_release), key=lambda release: release.release)
        if not releases:
            raise Fault(
                "release_missing",
                f"The page offers no release of {source.title}.",
                where=f"{self._base}/{options.collection or options.page}",
                remedy=f"open the page; if the publisher's titles changed, correct `release` in {source.file}.",
            )
        return [release for release in releases if memory.get(release.release) != release.mark], remember

    @understood("GOV.UK")
    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return the release's attached files that hold the declared tables, one format of each."""
        options = _options(source)
        attached = _files_of(self._page(release.address))
        if options.page:
            attached = {n: url for n, url in attached.items() if _release_in(n, options) == release.release}
        names = list(attached)
        for suffix in FORMATS:
            of_format = [name for name in attached if name.lower().endswith(suffix)]
            if any(re.search(t.files, name, re.I) for t in source.tables.values() for name in of_format):
                names = of_format
                break
        where = f"{self._base}/{release.address}"
        chosen = files_for_tables(source, self.family, release.release, names, where)
        return [RemoteFile(name, attached[name], tuple(tables)) for name, tables in chosen.items()]

    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return the file, following a move within GOV.UK."""
        answer = self._client.get(file.url, validators=validators)
        if answer is None:
            return None
        return Fetched(answer.content, answer.url, answer.validators, file.name)

    def _page(self, path: str) -> Any:
        path = path.strip("/")
        if path not in self._pages:
            page = self._client.json(f"{self._base}/{path}")
            if page.get("schema_name") == "redirect":
                page = self._client.json(f"{self._base}/{page['redirects'][0]['destination'].strip('/')}")
            self._pages[path] = page
        return self._pages[path]


def _documents(start: Any, options: GovukFiles, mark: str) -> list[Release]:
    """Return the releases among a collection's pages, and the older ones that lie elsewhere."""
    found = {release: Release(release, mark, address=path) for release, path in options.older_pages.items()}
    for document in start["links"].get("documents", ()):
        release = None if document.get("withdrawn") else _release_in(document["title"], options)
        if release:
            day = date.fromisoformat(document["public_updated_at"][:10])
            found[release] = Release(release, mark, day, document["base_path"])
    return list(found.values())


def _attached(start: Any, options: GovukFiles, mark: str) -> list[Release]:
    """Return the releases among a page's own files."""
    releases = {_release_in(name, options) for name in _files_of(start)}
    return [Release(release, mark, address=options.page) for release in releases if release]


def _files_of(page: Any) -> dict[str, str]:
    attachments = page.get("details", {}).get("attachments", ())
    return {a["filename"]: a["url"] for a in attachments if a.get("attachment_type") == "file"}


def _release_in(text: str, options: GovukFiles) -> str | None:
    match = re.search(options.release, text, re.IGNORECASE)
    return match["release"] if match else None


def _options(source: Source) -> GovukFiles:
    assert isinstance(source.extract, GovukFiles)
    return source.extract
