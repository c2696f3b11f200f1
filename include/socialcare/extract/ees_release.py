"""The files of one release on Explore Education Statistics, for what its public API does not carry."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from socialcare.errors import Fault
from socialcare.extract.answer import Refusal, check_kind
from socialcare.extract.http import Client
from socialcare.extract.release import Fetched, Release, RemoteFile, files_for_tables
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import Ees
from socialcare.registry.tables import Table

_PAGE_DATA = re.compile(r'<script[^>]*id="__NEXT_DATA__"[^>]*>(.*?)</script>', re.DOTALL)


class _Titled(Protocol):
    @property
    def title(self) -> str: ...


Anything = TypeVar("Anything", bound=_Titled)


@dataclass(frozen=True)
class _DataSet:
    title: str
    url: str
    rows: int | None


@dataclass(frozen=True)
class _Contents:
    """What a release holds, and its version's id where the answer gave it."""

    data_sets: list[_DataSet]
    version: str = ""


class ReleaseFiles:
    """A data set is chosen by its title; where titles have changed, a file by its name in the release's ZIP."""

    def __init__(self, client: Client, publishers: Publishers):
        self._client = client
        self._base = publishers.ees_content
        self._site = publishers.ees_site
        self._zips: dict[str, bytes] = {}

    def of(self, source: Source, release: Release, tables: list[str]) -> list[RemoteFile]:
        """Return the files that hold ``tables``. Raises Fault ``file_missing`` or ``file_ambiguous``."""
        contents = self._contents(source, release)
        files = []
        rest = []
        for name in tables:
            found = titled(source.tables[name], contents.data_sets)
            if len(found) == 1:
                files.append(RemoteFile(file_name(found[0].title), found[0].url, (name,), found[0].rows))
            else:
                rest.append(name)
        return files + (self._in_zip(source, release, rest, contents) if rest else [])

    def _contents(self, source: Source, release: Release) -> _Contents:
        """Ask the API behind the website; where it has no such page, read the website's own."""
        try:
            answer = self._client.json(f"{self._release_address(source, release)}/data-content")
        except Refusal as refusal:
            if refusal.name != "not_found":
                raise
            return self._guidance(source, release)
        base = f"{self._base}/data-set-files"
        sets = [_data_set(item, f"{base}/{item['dataSetFileId']}/download") for item in answer["dataSets"]]
        return _Contents(sets, answer.get("releaseVersionId", ""))

    def _guidance(self, source: Source, release: Release) -> _Contents:
        """Read the data guidance page, which carries its own data as JSON.

        Raises Fault ``not_data`` where it does not.
        """
        publication = options(source).publication
        url = f"{self._site}/find-statistics/{publication}/{release.address}/data-guidance"
        answer = self._client.get(url)
        assert answer is not None
        found = _PAGE_DATA.search(answer.content.decode("utf-8", errors="replace"))
        if not found:
            raise Fault(
                "not_data",
                "The page of the release no longer carries its own data.",
                where=url,
                remedy="open the page; if the site was rebuilt, correct extract/ees_release.py or use a local mirror.",
            )
        page = json.loads(found[1])
        items = {item["dataSetFileId"]: item for item in _objects(page) if {"dataSetFileId", "title"} <= item.keys()}
        catalogue = f"{self._site}/data-catalogue/data-set"
        sets = [_data_set(item, f"{catalogue}/{data_set_id}/csv") for data_set_id, item in items.items()]
        versions = [str(item["releaseVersionId"]) for item in _objects(page) if item.get("releaseVersionId")]
        return _Contents(sets, versions[0] if versions else "")

    def _in_zip(self, source: Source, release: Release, tables: list[str], contents: _Contents) -> list[RemoteFile]:
        version = contents.version
        if not version:
            version = self._client.json(f"{self._release_address(source, release)}/version-summary")["id"]
        url = f"{self._base}/releases/{version}/files"
        answer = self._client.get(url)
        assert answer is not None
        check_kind(answer, ".zip")
        try:
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                members = {path.rsplit("/", 1)[-1]: path for path in archive.namelist()}
        except zipfile.BadZipFile as error:
            raise _bad_zip(url) from error
        self._zips[url] = answer.content
        chosen = files_for_tables(source, "ees", release.release, list(members), url, only=tables)
        return [RemoteFile(name, f"{url}#{members[name]}", tuple(held)) for name, held in chosen.items()]

    def member(self, file: RemoteFile) -> Fetched:
        """Return one file of a ZIP that ``of`` received, unpacked within what the look may still receive."""
        url, _, path = file.url.partition("#")
        try:
            with zipfile.ZipFile(io.BytesIO(self._zips[url])) as archive:
                size = archive.getinfo(path).file_size
                self._client.budget.spend(size, file.url)
                with archive.open(path) as member:  # which fails where it is not of that size
                    return Fetched(member.read(size), file.url, {}, file.name)
        except zipfile.BadZipFile as error:
            raise _bad_zip(url) from error

    def _release_address(self, source: Source, release: Release) -> str:
        return f"{self._base}/publications/{options(source).publication}/releases/{release.address}"


def titled(table: Table, data_sets: Iterable[Anything]) -> list[Anything]:
    """Return the data sets whose title is the one declared for the table."""
    return [d for d in data_sets if table.data_set and re.search(table.data_set, d.title, re.IGNORECASE)]


def file_name(title: str) -> str:
    """Return a file's name for a data set that has a title only."""
    return re.sub(r"\W+", "_", title.lower()).strip("_") + ".csv"


def _data_set(item: dict[str, Any], url: str) -> _DataSet:
    rows = (item.get("meta") or {}).get("numDataFileRows")
    return _DataSet(item["title"], url, rows if isinstance(rows, int) else None)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every JSON object inside a value: the page's shape is nobody's promise."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _bad_zip(url: str) -> Fault:
    return Fault(
        "not_data",
        "The release's ZIP file cannot be opened.",
        where=url,
        remedy="open the address in a browser; the publisher may be down.",
        retryable=True,
    )


def options(source: Source) -> Ees:
    """Return where on the site a source is."""
    assert isinstance(source.extract, Ees)
    return source.extract
