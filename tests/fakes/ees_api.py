"""DfE's public API as its documentation and code say it behaves, over data sets given as the publisher's CSV."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from typing import Any

from socialcare.publishers.reply import Reply, Request
from tests.fakes.ees_data import Data, Problem

_POST_MEMBERS = {"criteria", "indicators", "sorts", "debug", "page", "pageSize"}
_LIST = {"page", "pageSize"}


@dataclass
class FakeVersion:
    version: str
    release: str
    csv: bytes
    status: str = "Published"


@dataclass
class FakeDataSet:
    id: str
    title: str
    versions: list[FakeVersion]
    too_slow: bool = False
    status: str = "Published"

    def chosen(self, wanted: str) -> FakeVersion:
        """Return the version of a number; nothing stands for the newest published one."""
        newest_first = sorted(self.versions, key=lambda v: _parts(v.version), reverse=True)
        if wanted:
            found = [v for v in newest_first if _parts(v.version) == _parts(wanted)]
        else:
            found = [v for v in newest_first if v.status == "Published"]
        if not found:
            raise Problem(404)
        return found[0]


@dataclass
class FakeApi:
    """Give ``answer`` to the sample server under ``ees_api``. ``asked`` keeps what came."""

    publications: dict[str, tuple[str, list[FakeDataSet]]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        path = request.path.removeprefix("/v1")
        if path != path.lower():
            return Reply(b"", 308, {"Location": f"/ees_api/v1{path.lower()}"})
        try:
            return self._route(request, path.strip("/").split("/"))
        except Problem as problem:
            return _refused(problem)

    def _route(self, request: Request, parts: list[str]) -> Reply:
        match request.method, parts:
            case "GET", ["publications"]:
                _known(request.query, _LIST | {"search"})
                found = [self._publication(slug) for slug, (_, data_sets) in self.publications.items() if data_sets]
                return _page(found, request.query, 20, 40)
            case "GET", ["publications", publication_id, "data-sets"]:
                _known(request.query, _LIST)
                sets = [d for i, data_sets in self.publications.values() if i == publication_id for d in data_sets]
                return _page([_data_set(data_set) for data_set in sets], request.query, 10, 20)
            case _, ["data-sets", data_set_id, *rest]:
                return self._about(request, self._found(data_set_id), rest)
        raise Problem(404)

    def _about(self, request: Request, data_set: FakeDataSet, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", ["versions"]:
                _known(request.query, _LIST)
                newest_first = sorted(data_set.versions, key=lambda v: _parts(v.version), reverse=True)
                return _page([_version(v) for v in newest_first], request.query, 10, 20)
            case "GET", ["meta"]:
                _known(request.query, {"types", "dataSetVersion"})
                return _json(Data.of(data_set.chosen(request.query.get("dataSetVersion", "")).csv).meta)
            case "GET", ["csv"]:
                _known(request.query, {"dataSetVersion"})
                chosen = data_set.chosen(request.query.get("dataSetVersion", ""))
                name = f'attachment; filename="{data_set.id}_v{chosen.version}.csv"'
                headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip", "Content-Disposition": name}
                return Reply(gzip.compress(chosen.csv), 200, headers)
            case "POST", ["query"]:
                return _query(data_set, request.query, _question(request))
        raise Problem(404)

    def _publication(self, slug: str) -> dict[str, Any]:
        return {"id": self.publications[slug][0], "slug": slug, "title": slug.replace("-", " "), "summary": ""}

    def _found(self, data_set_id: str) -> FakeDataSet:
        for _, data_sets in self.publications.values():
            for data_set in data_sets:
                if data_set.id == data_set_id:
                    return data_set
        raise Problem(404)


def _question(request: Request) -> dict[str, Any]:
    """Return what the body of a query asks, its paging included: the address may name the version only."""
    _known(request.query, {"dataSetVersion"})
    asked: dict[str, Any] = json.loads(request.body) if request.body else {}
    _known(asked, _POST_MEMBERS)
    return asked


def _query(data_set: FakeDataSet, query: dict[str, str], asked: dict[str, Any]) -> Reply:
    chosen = data_set.chosen(query.get("dataSetVersion", ""))
    if data_set.too_slow:
        return Reply(b"", 504)
    if chosen.status == "Withdrawn":
        raise Problem(403)
    page, size = _paging(asked, 1000, 10_000)
    data = Data.of(chosen.csv)
    rows, warnings = data.query(asked.get("criteria") or {}, asked.get("indicators") or [])
    if not rows:
        warnings.append({"message": "The query did not match any results.", "code": "QueryNoResults"})
    results = rows[(page - 1) * size : page * size]
    return _json({"paging": _paged(page, size, len(rows)), "results": results, "warnings": warnings})


def _known(given: dict[str, Any], allowed: set[str]) -> None:
    unknown = [name for name in given if name not in allowed]
    if unknown:
        said = "The field was not expected in the request and should be removed."
        raise Problem(400, [{"message": said, "path": name, "code": "UnknownField"} for name in unknown])


def _paging(asked: dict[str, Any], default: int, most: int) -> tuple[int, int]:
    page, size = int(asked.get("page", 1)), int(asked.get("pageSize", default))
    if not 1 <= size <= most:
        detail = {"value": size, "from": 1, "to": most}
        said = f"Must be between 1 and {most}."
        raise Problem(400, [{"message": said, "path": "pageSize", "code": "InclusiveBetween", "detail": detail}])
    return page, size


def _paged(page: int, size: int, total: int) -> dict[str, int]:
    return {"page": page, "pageSize": size, "totalResults": total, "totalPages": max((total - 1) // size + 1, 1)}


def _page(items: list[Any], query: dict[str, str], default: int, most: int) -> Reply:
    page, size = _paging(query, default, most)
    return _json({"paging": _paged(page, size, len(items)), "results": items[(page - 1) * size : page * size]})


def _data_set(data_set: FakeDataSet) -> dict[str, Any]:
    newest = _version(data_set.chosen(""))
    return {
        "id": data_set.id,
        "title": data_set.title,
        "summary": "",
        "status": data_set.status,
        "latestVersion": newest,
    }


def _version(version: FakeVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "type": "Minor" if version.version.partition(".")[2] not in ("", "0") else "Major",
        "status": version.status,
        "published": "2025-02-27T09:30:00+00:00",
        "totalResults": len(Data.of(version.csv).rows),
        "file": {"id": "84ee3cc9-21bf-44d8-89fd-98c6d7fc74f3"},
        "release": {"title": f"Reporting year {version.release}", "slug": version.release},
    }


def _parts(version: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d+(\.\d+){0,2}", version):
        raise Problem(404)
    return (*map(int, version.split(".")), 0, 0)[:3]


def _json(value: Any) -> Reply:
    headers = {"Content-Type": "application/json; charset=utf-8", "api-supported-versions": "1.0"}
    return Reply(json.dumps(value).encode(), 200, headers)


def _refused(problem: Problem) -> Reply:
    sections = {400: "15.5.1", 403: "15.5.4", 404: "15.5.5"}
    titles = {400: "One or more validation errors occurred.", 403: "Forbidden", 404: "Not Found"}
    body: dict[str, Any] = {
        "type": f"https://tools.ietf.org/html/rfc9110#section-{sections[problem.status]}",
        "title": titles[problem.status],
        "status": problem.status,
        "traceId": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00",
    }
    if problem.errors:
        body = {"errors": problem.errors} | body
    headers = {"Content-Type": "application/problem+json", "Content-Encoding": "gzip"}
    return Reply(gzip.compress(json.dumps(body).encode()), problem.status, headers)
