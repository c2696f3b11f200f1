"""Nomis, the labour market and population service of the Office for National Statistics."""

from __future__ import annotations

import csv
import hashlib
import io

from socialcare.errors import Fault
from socialcare.extract.http import Client
from socialcare.extract.release import Fetched, Memory, Release, RemoteFile, looked, understood
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import Nomis


class NomisExtractor:
    """A guest gets at most 25,000 rows an answer and is not told of the rest, so pages are asked for and counted."""

    family = "nomis"
    note = ""

    def __init__(self, client: Client, publishers: Publishers, *, partial: bool = False):
        self.partial = partial
        self._client = client
        self._base = publishers.nomis
        self._page_sizes: dict[str, int] = {}

    @property
    def moved(self) -> dict[str, str]:
        return self._client.moved

    @understood("Nomis")
    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Ask for one number, the newest of all ages in England: its year is the newest release."""
        options = _options(source)
        asked = {**options.newest, "date": "latest", "select": "date_name,obs_value"}
        content = self._ask(f"{self._base}/dataset/{options.dataset}.data.csv", asked)
        mark = hashlib.sha256(content).hexdigest()
        newest = _rows(content)[0]["DATE_NAME"]
        years = [str(year) for year in range(int(source.first_release), int(newest) + 1)]
        new = [Release(year, mark) for year in years if source.holds(year) and memory.get(year) != mark]
        return looked(self._client, memory, new, {})

    @understood("Nomis")
    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return the one query of a year, as if it were a file."""
        options = _options(source)
        tables = tuple(n for n, table in source.tables.items() if table.is_due(release.release, self.family))
        asked = "&".join(f"{key}={value}" for key, value in options.parameters.items())
        url = f"{self._base}/dataset/{options.dataset}.data.csv?{asked}&date={release.release}"
        self._page_sizes[url] = options.page_size
        return [RemoteFile(f"nomis_{options.dataset}_{release.release}.csv", url, tables)]

    @understood("Nomis")
    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return all pages of the answer as one CSV. Raises Fault ``truncated`` where rows are missing."""
        size = self._page_sizes[file.url]
        pages: list[bytes] = []
        rows = 0
        stated = None
        while True:
            page = self._ask(file.url, {"RecordLimit": str(size), "RecordOffset": str(rows)}, first=not pages)
            read = _rows(page) if page.strip() else []
            stated = int(read[0]["RECORD_COUNT"]) if read and stated is None else stated
            pages.append(page if not pages else page.partition(b"\n")[2])
            rows += len(read)
            if not read or stated is None or rows >= stated:  # a page may be shorter than asked for
                break
        if rows != stated:
            raise Fault(
                "truncated",
                f"Nomis states {stated} rows and sent {rows}.",
                where=file.url,
                remedy="run the source again; Nomis may be limiting us.",
                retryable=True,
            )
        return Fetched(b"".join(pages), file.url, {}, file.name)

    def _ask(self, url: str, params: dict[str, str], *, first: bool = True) -> bytes:
        answer = self._client.get(url, params=params)
        assert answer is not None
        if first and not answer.content.strip():
            raise Fault(
                "empty",
                "Nomis answered with nothing: that is how it refuses a question it does not understand.",
                where=answer.url,
                remedy="check the parameters in include/socialcare/sources/ons_population.yml.",
            )
        return answer.content


def _rows(content: bytes) -> list[dict[str, str]]:
    """Read a page. Raises Fault ``not_data`` where it is not the table asked for."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace")))
    if "DATE_NAME" not in (reader.fieldnames or ()):
        raise Fault(
            "not_data",
            "Nomis answered with something that is not the table asked for.",
            where="Nomis",
            remedy="run the source again later; heavy use is answered so.",
            retryable=True,
        )
    return list(reader)


def _options(source: Source) -> Nomis:
    assert isinstance(source.extract, Nomis)
    return source.extract
