"""What the public API makes of a publisher's CSV: ids for labels, and the rows that criteria choose."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import Any

LEVELS = {"National": "NAT", "Regional": "REG", "Local authority": "LA"}
PERIODS = {"Reporting year": "RY", "Academic year": "AY", "Calendar year": "CY", "Financial year": "FY"}
LEADING = (
    *("time_period", "time_identifier", "geographic_level", "country_code", "country_name"),
    *("region_code", "region_name", "old_la_code", "new_la_code", "la_name"),
)
_CODES = {"NAT": "country_code", "REG": "region_code", "LA": "new_la_code"}
_NAMES = {"NAT": "country_name", "REG": "region_name", "LA": "la_name"}
Json = dict[str, Any]


class Problem(Exception):
    """An answer of 400 with its errors, 403 or 404."""

    def __init__(self, status: int, errors: list[Json] | None = None):
        self.status = status
        self.errors = errors or []
        super().__init__(status)


@lru_cache(maxsize=32)
def _read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


class Data:
    """One version's rows and ids. Ids are unique within their kind only, as the real ones are."""

    def __init__(self, rows: list[dict[str, str]]):
        self.rows = rows
        columns = [name for name in rows[0] if name not in LEADING]
        self.filters = [c for c in columns if not any(_is_figure(row[c]) for row in rows)]
        self.indicators = [c for c in columns if c not in self.filters]
        self._ids = {
            **{("filter", c): _id(at) for at, c in enumerate(self.filters)},
            **{("indicator", c): _id(at) for at, c in enumerate(self.indicators)},
        }
        for column in self.filters:
            for at, label in enumerate(dict.fromkeys(row[column] for row in rows)):
                self._ids["option", column, label] = _id(at, self.filters.index(column))
        for level, code in _CODES.items():
            held = (row for row in rows if row.get(code))
            for at, row in enumerate({(row[code], row[_NAMES[level]]): row for row in held}.values()):
                self._ids["place", level, row[code], row[_NAMES[level]]] = _id(at)

    @classmethod
    def of(cls, content: bytes) -> Data:
        return _data(content)

    @property
    def meta(self) -> Json:
        filters = []
        for column in self.filters:
            options = [
                {"id": i, "label": key[2]} for key, i in self._ids.items() if key[0] == "option" and key[1] == column
            ]
            item = {"id": self._ids["filter", column], "column": column, "label": column.title(), "options": options}
            filters.append(item)
        levels = [{"code": code, "label": label} for label, code in LEVELS.items()]
        old = {(row.get("new_la_code"), row.get("la_name")): row.get("old_la_code") for row in self.rows}
        places = []
        for level in levels:
            options = []
            for key, place_id in self._ids.items():
                if key[0] == "place" and key[1] == level["code"]:
                    option = {"id": place_id, "label": key[3], "code": key[2]}
                    options.append(option | ({"oldCode": old[key[2], key[3]]} if level["code"] == "LA" else {}))
            if options:
                places.append({"level": level, "options": options})
        held = {place["level"]["code"] for place in places}
        return {
            "filters": filters,
            "indicators": [
                {"id": self._ids["indicator", c], "column": c, "label": c.title(), "unit": ""} for c in self.indicators
            ],
            "geographicLevels": [level for level in levels if level["code"] in held],
            "locations": places,
            "timePeriods": [],
        }

    def query(self, criteria: Json, indicators: list[str]) -> tuple[list[Json], list[Json]]:
        """Return the rows chosen, newest period first, and the warnings."""
        known = [self._ids["indicator", c] for c in self.indicators]
        if unknown := [i for i in indicators if i not in known]:
            said = "One or more indicators could not be found."
            detail = {"items": unknown}
            raise Problem(
                400, [{"message": said, "path": "indicators", "code": "IndicatorsNotFound", "detail": detail}]
            )
        warnings: list[Json] = []
        _validate(criteria, "criteria")
        rows = [self._row(row, indicators or known) for row in self.rows]
        chosen = [row for row in rows if self._holds(row, criteria, "criteria", warnings)]
        unique = {repr(warning): warning for warning in warnings}
        return sorted(chosen, key=lambda row: row["timePeriod"]["period"], reverse=True), list(unique.values())

    def _row(self, row: dict[str, str], indicators: list[str]) -> Json:
        period = row["time_period"]
        if len(period) == 6:
            period = f"{period[:4]}/{period[:2]}{period[4:]}"
        places = {}
        for level, code in _CODES.items():
            if row.get(code):
                places[level] = self._ids["place", level, row[code], row[_NAMES[level]]]
        chosen = [c for c in self.indicators if self._ids["indicator", c] in indicators]
        return {
            "timePeriod": {"code": PERIODS[row["time_identifier"]], "period": period},
            "geographicLevel": LEVELS[row["geographic_level"]],
            "locations": places,
            "filters": {self._ids["filter", c]: self._ids["option", c, row[c]] for c in self.filters if row[c]},
            "values": {self._ids["indicator", c]: row[c] for c in chosen},
        }

    def _holds(self, row: Json, criteria: Json, path: str, warnings: list[Json]) -> bool:
        if "and" in criteria:
            parts = enumerate(criteria["and"])
            return all([self._holds(row, part, f"{path}.and[{at}]", warnings) for at, part in parts])
        if "or" in criteria:
            return any([self._holds(row, part, f"{path}.or[{at}]", warnings) for at, part in enumerate(criteria["or"])])
        if "not" in criteria:
            return not self._holds(row, criteria["not"], f"{path}.not", warnings)
        verdicts = []
        for facet, asked in criteria.items():
            for comparator, value in asked.items():
                wanted = value if isinstance(value, list) else [value]
                verdict = self._matches(row, facet, wanted, f"{path}.{facet}.{comparator}", warnings)
                verdicts.append(verdict != comparator.startswith("not"))
        return all(verdicts)

    def _matches(self, row: Json, facet: str, wanted: list[Any], path: str, warnings: list[Json]) -> bool:
        if facet == "geographicLevels":
            return row["geographicLevel"] in wanted
        if facet == "timePeriods":
            return any(row["timePeriod"] == {"code": w["code"], "period": w["period"]} for w in wanted)
        if facet == "filters":
            known = {i for key, i in self._ids.items() if key[0] == "option"}
            _warn(warnings, [w for w in wanted if w not in known], path, "FiltersNotFound", "filters")
            return any(w in row["filters"].values() for w in wanted)
        ids = {key[1:3]: i for key, i in self._ids.items() if key[0] == "place"}
        unknown = [w for w in wanted if (w["level"], w.get("code")) not in ids]
        _warn(warnings, unknown, path, "LocationsNotFound", "locations")
        return any(row["locations"].get(w["level"]) == ids.get((w["level"], w.get("code")), "-") for w in wanted)


@lru_cache(maxsize=32)
def _data(content: bytes) -> Data:
    return Data(_read(content))


def _validate(criteria: Json, path: str) -> None:
    for joined in ("and", "or"):
        for at, part in enumerate(criteria.get(joined, ())):
            _validate(part, f"{path}.{joined}[{at}]")
    if isinstance(criteria.get("not"), dict):
        _validate(criteria["not"], f"{path}.not")
    for facet, asked in criteria.items():
        if facet in ("and", "or", "not"):
            continue
        if facet not in ("filters", "geographicLevels", "locations", "timePeriods"):
            said = "The field was not expected in the request and should be removed."
            raise Problem(400, [{"message": said, "path": f"{path}.{facet}", "code": "UnknownField"}])
        where = f"{path}.{facet}.eq"
        if isinstance(asked.get("eq"), list):
            said = "Must be a valid value. Check that the type and format are correct."
            raise Problem(400, [{"message": said, "path": where, "code": "InvalidValue"}])
        if facet == "geographicLevels" and asked.get("eq", "LA") not in LEVELS.values():
            detail = {"value": asked["eq"], "allowed": list(LEVELS.values())}
            said = "Must be one of the allowed values."
            raise Problem(400, [{"message": said, "path": where, "code": "AllowedValue", "detail": detail}])


def _warn(warnings: list[Json], items: list[Any], path: str, code: str, kind: str) -> None:
    if items:
        said = f"One or more {kind} could not be found."
        warnings.append({"message": said, "path": path, "code": code, "detail": {"items": items}})


def _is_figure(cell: str) -> bool:
    return cell.replace(".", "").replace("-", "").isdigit()


def _id(at: int, group: int = 0) -> str:
    """Return five letters: the same ones for a filter, an indicator and a place, as can really happen."""
    number, letters = at + 1000 * group, ""
    for _ in range(5):
        number, place = divmod(number, 26)
        letters = "abcdefghijklmnopqrstuvwxyz"[place] + letters
    return letters
