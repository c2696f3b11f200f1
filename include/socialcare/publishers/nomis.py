"""Nomis, as the sample server plays it: quoted upper-case CSV, pages, and nothing for a wrong question."""

from __future__ import annotations

import csv
import io

from socialcare.publishers import sample
from socialcare.publishers.reply import Reply

GUEST_ROWS = 25_000
ENGLAND = "2092957699"
LEVELS = {ENGLAND: "National", "TYPE480": "Regional", "TYPE423": "Local authority"}
AGES = {str(101 + age): age for age in range(18)}
KNOWN = {"geography", "date", "gender", "c_age", "measures", "select", "RecordLimit", "RecordOffset"}


def answer(path: str, query: dict[str, str]) -> Reply:
    """Answer ``/dataset/NM_2002_1.data.csv``; a question that is not understood gets 200 and no body."""
    levels = [LEVELS.get(part) for part in query.get("geography", "").split(",")]
    ages = _ages(query.get("c_age", ""))
    if path != "/dataset/NM_2002_1.data.csv" or set(query) - KNOWN or None in levels or ages is None:
        return Reply(b"", headers={"Content-Type": "text/csv"})
    years = sample.releases("population", "ons_population")
    year = years[-1] if query.get("date") == "latest" else query.get("date", "")
    rows = [row for level in levels for row in _rows(year, str(level), ages)]
    for row in rows:
        row["RECORD_COUNT"] = len(rows)
    start = int(query.get("RecordOffset", 0))
    page = rows[start : start + min(int(query.get("RecordLimit", GUEST_ROWS)), GUEST_ROWS)]
    return Reply(_csv(page, query["select"].upper().split(",")), headers={"Content-Type": "text/csv"})


def _ages(asked: str) -> list[int] | None:
    if asked == "200":
        return [-1]  # all ages: the sample holds children only, and is asked for this only to see the year
    first, _, last = asked.partition("...")
    if first not in AGES or (last or first) not in AGES:
        return None
    return list(range(AGES[first], AGES[last or first] + 1))


def _rows(year: str, level: str, ages: list[int]) -> list[dict[str, str | int]]:
    areas = sample.areas()
    found: list[dict[str, str | int]] = []
    for row in sample.rows("population", f"ons_population/{year}"):
        if areas[row["area_code"]]["geographic_level"] != level:
            continue
        name = row["area_name"].title() if row["area_name"].isupper() else row["area_name"]
        for age in ages:
            value = int(row[f"age_{age}"]) if age >= 0 else sum(int(row[f"age_{a}"]) for a in range(18))
            found.append(
                {
                    "DATE_NAME": year,
                    "GEOGRAPHY_NAME": name,
                    "GEOGRAPHY_CODE": row["area_code"],
                    "GENDER_NAME": "Total",
                    "C_AGE_NAME": f"Age {age}",
                    "OBS_VALUE": value,
                    "OBS_STATUS_NAME": "Normal Value",
                }
            )
    return found


def _csv(rows: list[dict[str, str | int]], columns: list[str]) -> bytes:
    output = io.StringIO()
    writer = csv.writer(output, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row[column] for column in columns])
    return output.getvalue().encode()
