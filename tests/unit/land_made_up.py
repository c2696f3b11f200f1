"""A made-up publication in the form of Explore Education Statistics, for the tests of reading and comparing files."""

from __future__ import annotations

from typing import Any

import yaml

from socialcare.land.parse import Parsed, parse
from socialcare.registry import Source

DECLARATION = """
id: made_up
title: Made-up statistics
publisher: Department for Education
licence: OGL-3.0
homepage: https://www.gov.uk/made-up
cadence_months: 12
tier: 3
release_title: "Made-up statistics, {release}"
first_release: "2022"
extract: {family: ees, publication: made-up}
mirror: {folder: dfe/made_up}
new_columns: freeze
symbols:
  - {symbol: c, status: suppressed, meaning: Small numbers are hidden}
  - {symbol: "(blank)", status: not_available, meaning: Nothing was published, releases: ["2022"]}
  - {symbol: k, status: low, meaning: Rounds to nothing, releases: ["2023"]}
editions:
  - name: old
    releases: ["2022"]
    why: It was called otherwise.
    rename: {kind: care}
    rename_values: {care: {Fostered: Foster care}}
tables:
  care:
    description: Children by kind of care.
    files: '^care.*[.]csv$'
    reader: csv
    header: [time_period, geographic_level]
    standard: ees
    grain: [time_period, geographic_level, region_code, new_la_code, care]
    columns:
      - {name: care, kind: filter, values: [Total, Foster care], meaning: The kind of care}
      - {name: children, required: true, meaning: Children}
      - {name: waiting, header: "waiting {release}", kind: years_months, meaning: Years and months}
      - {name: note, kind: text, meaning: Anything}
  wide:
    description: One wide row per council.
    files: '^wide.*[.]csv$'
    reader: csv
    header: [code]
    grain: [code]
    thousands: true
    columns:
      - {name: code, required: true, meaning: The council}
      - {name: staff, kind: figure, header: "Staff {release}", required: true, meaning: Staff in the year}
  long:
    description: The same as a Parquet file.
    files: '^long.*[.]parquet$'
    reader: parquet
    header: [Code, Value]
    exponents: true
    grain: [code]
    columns:
      - {name: code, header: Code, required: true, meaning: The council}
      - {name: value, header: Value, kind: figure, required: true, meaning: Its figure}
"""
LEAD = (
    "time_period,time_identifier,geographic_level,country_code,country_name,"
    "region_code,region_name,old_la_code,new_la_code,la_name"
)
AREAS = (
    "National,E92000001,England,,,,,",
    "Regional,E92000001,England,E12000001,North East,,,",
    "Local authority,E92000001,England,E12000001,North East,840,E06000047,County Durham",
    "Local authority,E92000001,England,E12000001,North East,393,E08000023,South Tyneside",
)


def source(**changes: Any) -> Source:
    """Return the made-up source, some of its declaration changed."""
    return Source.model_validate(yaml.safe_load(DECLARATION) | changes)


def care(*periods: str, rows: list[str] | None = None, kinds: tuple[str, ...] = ("Total", "Foster care")) -> list[str]:
    """Return the rows of a file: each period, each area, each kind of care."""
    ends = rows or [f"{kind},{100 + 10 * at},0:{at}," for at, kind in enumerate(kinds)]
    return [f"{period},Reporting year,{area},{end}" for period in periods for area in AREAS for end in ends]


def text(rows: list[str], release: str = "2024", header: str = "care,children,waiting {},note") -> bytes:
    """Return a file's bytes."""
    return "\n".join([f"{LEAD},{header.format(release)}", *rows, ""]).encode()


def read(content: bytes, release: str = "2024", table: str = "care", name: str = "care.csv", **changes: Any) -> Parsed:
    """Read a table of the made-up source."""
    return parse(source(**changes), table, release, name, content)
