"""Explore Education Statistics: one publication, by its public API where that carries it, else by its files."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from socialcare.errors import Fault
from socialcare.extract.answer import Refusal, check_kind, check_rows
from socialcare.extract.ees_api import DataSet, EesApi, Json, Version
from socialcare.extract.ees_query import query_as_csv
from socialcare.extract.ees_release import ReleaseFiles, file_name, options, titled
from socialcare.extract.http import Client
from socialcare.extract.release import Fetched, Memory, Release, RemoteFile, looked, understood
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers

#: What an API does that is not to be trusted; with anything else it is passed over.
_NOT_PASSED_OVER = ("certificate_wrong", "redirected_away", "too_large")
#: How the releases were last listed, where the list of all of them was not to be had.
NEWEST_ONLY = "newest only"


class EesExtractor:
    """The API says which release each version of a data set came with; the files are found release by release."""

    family = "ees"

    def __init__(self, client: Client, publishers: Publishers, *, partial: bool = False):
        self.note = ""
        self._client = client
        self._base = publishers.ees_content
        self._api = EesApi(client, publishers.ees_api)
        self._release_files = ReleaseFiles(client, publishers)
        self.partial = partial
        self._carried: list[DataSet] | None = None
        self._versions: dict[str, list[Version]] = {}
        self._queries: dict[str, tuple[str, str, Json]] = {}

    @property
    def moved(self) -> dict[str, str]:
        return self._client.moved

    @understood("Explore Education Statistics")
    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Ask once for the list of releases; a release amended since has another version id.

        Raises Fault ``release_missing`` where no release is listed.
        """
        declared = options(source)
        address = f"{self._base}/publications/{declared.publication}"
        listed, remember = self._listed(address, memory)
        releases = []
        for item in listed:
            match = re.search(declared.release_slug, str(item.get("slug", "")))
            if match and source.holds(match["release"]):
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
        new = [release for release in releases if memory.get(release.release) != release.mark]
        return looked(self._client, memory, new, remember)

    def _listed(self, address: str, memory: Memory) -> tuple[list[Json], Memory]:
        """Return the releases; where the list is not to be had, the newest one, as the publication names it."""
        if memory.get("listed") != NEWEST_ONLY:
            try:
                answer = self._client.json(f"{address}/releases")
                return (answer["results"] if isinstance(answer, dict) else answer), {}
            except Refusal as refusal:
                if refusal.name != "not_found":
                    raise
        return [self._client.json(address)["latestRelease"]], {"listed": NEWEST_ONLY}

    @understood("Explore Education Statistics")
    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return where each declared table of a release is: in the API, else among the release's files."""
        due = [name for name, table in source.tables.items() if table.is_due(release.release, self.family)]
        found = {name: self._in_api(source, release, name) for name in due}
        files = [file for file in found.values() if file]
        rest = [name for name in due if not found[name]]
        return files + (self._release_files.of(source, release, rest) if rest else [])

    def _in_api(self, source: Source, release: Release, table: str) -> RemoteFile | None:
        """Return a table's data set in the version that came with the release, if the API has it.

        The files hold the same, so an API that is down or has changed never holds up a release; ``note`` says so.
        """
        try:
            with understood("The public API"):
                return self._version_in_api(source, release, table)
        except Fault as fault:
            if fault.name in _NOT_PASSED_OVER:
                raise
            self._carried = []
            self.note = f"the public API was passed over: {fault.what}"
            return None

    def _version_in_api(self, source: Source, release: Release, table: str) -> RemoteFile | None:
        found = []
        for data_set in titled(source.tables[table], self._data_sets(options(source).publication)):
            of_release = [v for v in self._versions_of(data_set) if v.release == release.address]
            if of_release and data_set.status == "Published":
                found.append((data_set, of_release[0]))  # the newest first
        if len(found) != 1:
            return None  # between two it would be a guess
        data_set, version = found[0]
        if table in options(source).queries:
            url = f"{self._api.base}/data-sets/{data_set.id}/query?dataSetVersion={version.version}#{table}"
            self._queries[url] = (data_set.id, version.version, options(source).queries[table])
            return RemoteFile(file_name(data_set.title), url, (table,))
        url = self._api.csv_address(data_set.id, version.version)
        return RemoteFile(file_name(data_set.title), url, (table,), version.rows)

    def _data_sets(self, publication: str) -> list[DataSet]:
        """Return the publication's data sets in the API, asked for once; none where it is not carried."""
        if self._carried is None:
            carried = self._api.publication(publication)
            self._carried = self._api.data_sets(carried.id) if carried else []
        return self._carried

    def _versions_of(self, data_set: DataSet) -> list[Version]:
        if data_set.id not in self._versions:
            self._versions[data_set.id] = self._api.versions(data_set.id)
        return self._versions[data_set.id]

    @understood("Explore Education Statistics")
    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return the CSV, under the name that the publisher gives it."""
        if file.url in self._queries:
            return Fetched(query_as_csv(self._api, *self._queries[file.url]), file.url, {}, file.name)
        if "#" in file.url:
            return self._release_files.member(file)
        answer = self._client.get(file.url, validators=validators, is_file=True)
        if answer is None:
            return None
        check_kind(answer, ".csv")
        check_rows(answer, file.rows)
        in_api = file.url.startswith(self._api.base)  # which names its files by id and version
        name = file.name if in_api else answer.file_name or file.name
        return Fetched(answer.content, answer.url, answer.validators, name)


def _day(moment: Any) -> date | None:
    return date.fromisoformat(str(moment)[:10]) if moment else None
