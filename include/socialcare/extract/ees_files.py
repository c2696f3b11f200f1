"""Explore Education Statistics: data files of a publication, by way of the API behind its website."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

from socialcare.errors import Fault
from socialcare.extract.http import Client
from socialcare.extract.release import Fetched, Memory, Release, RemoteFile, files_for_tables, understood
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import Ees


class EesFilesExtractor:
    """A data set is chosen by its title; where titles have changed, a file by its name in the release's ZIP."""

    family = "ees"

    def __init__(self, client: Client, publishers: Publishers):
        self._client = client
        self._base = publishers.ees_content
        self._zips: dict[str, bytes] = {}

    @understood("Explore Education Statistics")
    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Ask once for the list of releases; a release amended since has another version id.

        Raises Fault ``release_missing`` where no release is listed.
        """
        options = _options(source)
        address = f"{self._base}/publications/{options.publication}/releases"
        listed = self._client.json(address)
        releases = []
        for item in listed["results"] if isinstance(listed, dict) else listed:
            match = re.search(options.release_slug, str(item.get("slug", "")))
            if match and match["release"] >= source.first_release:
                mark = f"{item['id']} {item.get('published', '')}"
                releases.append(Release(match["release"], mark, _day(item.get("published")), item["slug"]))
        if not releases:
            raise Fault(
                "release_missing",
                f"The publisher lists no release of {source.title}.",
                where=address,
                remedy=f"open {source.homepage}; if the publication moved, correct {source.file}.",
            )
        releases.sort(key=lambda release: release.release)
        return [release for release in releases if memory.get(release.release) != release.mark], {}

    @understood("Explore Education Statistics")
    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return the data sets that hold the declared tables, by title, else by name in the ZIP."""
        options = _options(source)
        address = f"{self._base}/publications/{options.publication}/releases/{release.address}"
        data_sets = self._client.json(f"{address}/data-content")["dataSets"]
        files = []
        for table_name, table in source.tables.items():
            if not table.is_due(release.release, self.family):
                continue
            found = [d for d in data_sets if table.data_set and re.search(table.data_set, d["title"], re.I)]
            if len(found) != 1:
                return self._from_zip(source, release, address)
            name = re.sub(r"\W+", "_", found[0]["title"].lower()).strip("_") + ".csv"
            url = f"{self._base}/data-set-files/{found[0]['dataSetFileId']}/download"
            rows = found[0].get("meta", {}).get("numDataFileRows")
            files.append(RemoteFile(name, url, (table_name,), rows))
        return files

    def _from_zip(self, source: Source, release: Release, address: str) -> list[RemoteFile]:
        version = self._client.json(f"{address}/version-summary")["id"]
        url = f"{self._base}/releases/{version}/files"
        answer = self._client.get(url)
        assert answer is not None
        try:
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                members = {path.rsplit("/", 1)[-1]: path for path in archive.namelist()}
        except zipfile.BadZipFile as error:
            raise Fault(
                "not_data",
                "The release's ZIP file cannot be opened.",
                where=url,
                remedy="open the address in a browser; the publisher may be down.",
                retryable=True,
            ) from error
        self._zips[url] = answer.content
        chosen = files_for_tables(source, self.family, release.release, list(members), url)
        return [RemoteFile(name, f"{url}#{members[name]}", tuple(tables)) for name, tables in chosen.items()]

    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return the CSV, under the name that the publisher gives it."""
        url, _, member = file.url.partition("#")
        if member:
            with zipfile.ZipFile(io.BytesIO(self._zips[url])) as archive:
                return Fetched(archive.read(member), file.url, {}, file.name)
        answer = self._client.get(url, validators=validators)
        if answer is None:
            return None
        return Fetched(answer.content, answer.url, answer.validators, answer.file_name or file.name)


def _options(source: Source) -> Ees:
    assert isinstance(source.extract, Ees)
    return source.extract


def _day(moment: Any) -> date | None:
    return date.fromisoformat(str(moment)[:10]) if moment else None
