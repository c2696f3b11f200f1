"""The public API of Explore Education Statistics: its publications, data sets, versions, meaning and figures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from socialcare.errors import Fault
from socialcare.extract.answer import Refusal
from socialcare.extract.http import Client

#: The largest pages that the API gives: of publications, of data sets and versions, of a query's rows.
PUBLICATIONS_A_PAGE, LISTED_A_PAGE, ROWS_A_PAGE = 40, 20, 10_000
_EVERY_ROW: dict[str, Any] = {}
Json = dict[str, Any]


@dataclass(frozen=True)
class Publication:
    id: str
    slug: str
    title: str


@dataclass(frozen=True)
class DataSet:
    id: str
    title: str
    status: str


@dataclass(frozen=True)
class Version:
    """One version of a data set. ``release`` is the slug of the release that it came with."""

    version: str
    release: str
    rows: int


class EesApi:
    """Every list is read to its end; every refusal is a Fault that names the code, the place and the reason."""

    def __init__(self, client: Client, base: str):
        self._client = client
        self.base = base

    def publications(self) -> list[Publication]:
        """Return the publications with at least one published data set."""
        found = self._listed(f"{self.base}/publications", PUBLICATIONS_A_PAGE)
        return [Publication(item["id"], item["slug"], item["title"]) for item in found]

    def publication(self, slug_or_id: str) -> Publication | None:
        """Return one publication, or None where the API does not carry it: new ones are added all the time."""
        return next((p for p in self.publications() if slug_or_id in (p.slug, p.id)), None)

    def data_sets(self, publication_id: str) -> list[DataSet]:
        """Return a publication's data sets, newest first."""
        found = self._listed(f"{self.base}/publications/{publication_id}/data-sets", LISTED_A_PAGE)
        return [DataSet(item["id"], item["title"], item["status"]) for item in found]

    def versions(self, data_set_id: str) -> list[Version]:
        """Return a data set's versions, newest first, the withdrawn ones left out."""
        found = self._listed(f"{self.base}/data-sets/{data_set_id}/versions", LISTED_A_PAGE)
        return [
            Version(item["version"], item.get("release", {}).get("slug", ""), item["totalResults"])
            for item in found
            if item["status"] != "Withdrawn"
        ]

    def meta(self, data_set_id: str, version: str) -> Json:
        """Return what the ids in a query of the same version mean."""
        answer: Json = self._json(f"{self.base}/data-sets/{data_set_id}/meta", {"dataSetVersion": version})
        return answer

    def csv_address(self, data_set_id: str, version: str) -> str:
        """Return the address of the whole data set as the publisher's own CSV."""
        return f"{self.base}/data-sets/{data_set_id}/csv?dataSetVersion={version}"

    def query(
        self, data_set_id: str, version: str, criteria: Json = _EVERY_ROW, *, page_size: int = ROWS_A_PAGE
    ) -> list[Json]:
        """Return every row of a query, page after page (a POST: paging belongs in its body, nowhere else).

        Faults: ``query_refused`` (code, place and reason as the API gives them), ``query_unknown`` (it names
        something that this version does not have), ``truncated`` (fewer rows than stated), ``empty``.
        """
        url = f"{self.base}/data-sets/{data_set_id}/query"
        rows: list[Json] = []
        page = 1
        while True:
            body = {"page": page, "pageSize": page_size} | ({"criteria": criteria} if criteria else {})
            answer = self._json(url, {"dataSetVersion": version}, body)
            _check_warnings(answer.get("warnings", []), url)
            rows += answer["results"]
            if page >= answer["paging"]["totalPages"] or not answer["results"]:
                return _whole(rows, answer["paging"]["totalResults"], url)
            page += 1

    def _listed(self, url: str, page_size: int) -> list[Json]:
        found: list[Json] = []
        page = 1
        while True:
            answer = self._json(url, {"page": str(page), "pageSize": str(page_size)})
            found += answer["results"]
            if page >= answer["paging"]["totalPages"] or not answer["results"]:
                return found
            page += 1

    def _json(self, url: str, parameters: dict[str, str] | None = None, body: Json | None = None) -> Any:
        try:
            return self._client.json(url, params=parameters, body=body)
        except Refusal as refusal:
            if refusal.status != 400:
                raise
            raise Fault(
                "query_refused",
                f"The API refused the question: {_reasons(refusal.body)}.",
                where=refusal.where,
                remedy="correct the declaration of the source, or the question in extract/ees_api.py.",
            ) from refusal


def _reasons(body: bytes) -> str:
    """Return code, place and reason of each error: the front door also answers with pages that hold none."""
    try:
        errors = json.loads(body)["errors"]
        return "; ".join(f"{e['code']} at {e.get('path') or 'the body'}: {e['message'].rstrip('.')}" for e in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "no reason given"


def _check_warnings(warnings: list[Json], url: str) -> None:
    unknown = [warning for warning in warnings if re.search("NotFound$", warning["code"])]
    if unknown:
        named = "; ".join(
            f"{w['code']} at {w.get('path', '')}: {w.get('detail', {}).get('items', [])}" for w in unknown
        )
        raise Fault(
            "query_unknown",
            f"The question names something that this data set does not have: {named}.",
            where=url,
            remedy="compare the declared criteria with the data set's meta: ids belong to one version.",
        )


def _whole(rows: list[Json], stated: int, url: str) -> list[Json]:
    if len(rows) != stated:
        raise Fault(
            "truncated",
            f"The API states {stated} rows and sent {len(rows)}.",
            where=url,
            remedy="run the source again later; nothing was changed.",
            retryable=True,
        )
    if not rows:
        raise Fault(
            "empty",
            "The question matches no row.",
            where=url,
            remedy="compare the declared criteria with the data set's meta.",
        )
    return rows
