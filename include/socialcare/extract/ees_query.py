"""A query of the public API, written as the publisher's own CSV would be: labels for ids, symbols left as text."""

from __future__ import annotations

import csv
import io
from typing import Any

from socialcare.errors import Fault
from socialcare.extract.ees_api import EesApi, Json

#: The API's code of a period -> what the publisher's files call it.
TIME_IDENTIFIERS = {
    "AY": "Academic year",
    "CY": "Calendar year",
    "FY": "Financial year",
    "RY": "Reporting year",
    "TY": "Tax year",
}
_PERIOD = ("time_period", "time_identifier", "geographic_level")
#: Level -> (column, what its location gives) in the order of the publisher's files.
_PLACES = {
    "NAT": (("country_code", "code"), ("country_name", "label")),
    "REG": (("region_code", "code"), ("region_name", "label")),
    "LA": (("old_la_code", "oldCode"), ("new_la_code", "code"), ("la_name", "label")),
}


def query_as_csv(api: EesApi, data_set_id: str, version: str, criteria: Json) -> bytes:
    """Return all rows of a query as CSV, its ids read by the meta of the very same version.

    Raises Fault ``answer_unexpected`` where the rows use an id, a level or a kind of period that has no meaning.
    """
    meta = api.meta(data_set_id, version)
    rows = api.query(data_set_id, version, criteria)
    words = _Words(meta)
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(words.header)
    try:
        writer.writerows(words.cells(row) for row in rows)
    except KeyError as error:
        raise Fault(
            "answer_unexpected",
            f"The API's rows use {error}, which its meta of version {version} does not explain.",
            where=f"{api.base}/data-sets/{data_set_id}/meta",
            remedy="narrow the declared criteria, or teach extract/ees_query.py the new level or period.",
            retryable=True,
        ) from error
    return output.getvalue().encode()


class _Words:
    """What the ids of one version mean. An id is unique within its kind only, so each kind has its own table."""

    def __init__(self, meta: Json):
        self._levels = {level["code"]: level["label"] for level in meta["geographicLevels"]}
        self._places = {
            group["level"]["code"]: {option["id"]: option for option in group["options"]} for group in meta["locations"]
        }
        self._filters = {
            item["id"]: {option["id"]: option["label"] for option in item["options"]} for item in meta["filters"]
        }
        self._indicators = [item["id"] for item in meta["indicators"]]
        below = self._places.keys() & {"REG", "LA"}
        self._columns = {level: names for level, names in _PLACES.items() if level == "NAT" or below}
        self.header = [
            *_PERIOD,
            *(column for names in self._columns.values() for column, _ in names),
            *(item["column"] for item in meta["filters"]),
            *(item["column"] for item in meta["indicators"]),
        ]

    def cells(self, row: Json) -> list[str]:
        """Return a row of the CSV. A level or filter that does not apply to the row is blank, as in the files."""
        period = row["timePeriod"]
        cells = [_period(period["period"]), TIME_IDENTIFIERS[period["code"]], self._levels[row["geographicLevel"]]]
        if row["geographicLevel"] not in _PLACES:
            raise KeyError(row["geographicLevel"])
        for level, names in self._columns.items():
            place: dict[str, Any] = {}
            if level in row["locations"]:
                place = self._places[level][row["locations"][level]]
            cells += [place.get(given, "") for _, given in names]
        for filter_id, options in self._filters.items():
            cells.append(options[row["filters"][filter_id]] if filter_id in row["filters"] else "")
        return cells + [row["values"][indicator] for indicator in self._indicators]


def _period(period: str) -> str:
    """Return 2024 as it is and 2024/2025 as 202425: the API and the files write periods differently."""
    first, _, last = period.partition("/")
    return first + last[2:]
