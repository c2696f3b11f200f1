"""The claims of the repository, read from its CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from socialcare.claims.model import Book, Claim, Comparison, Document, Measure, Published, Statement, ThingInUse
from socialcare.settings import get_settings

DATA = Path(__file__).parent / "data"
ENGLAND = "E92000001"

T = TypeVar("T")


def book() -> Book:
    """Return all claims of the repository, with the few references that no source of ours carries."""
    return Book(
        claims=tuple(_read(_seed("claims/claims_quoted.csv"), Claim)),
        comparisons=tuple(_read(DATA / "comparisons.csv", Comparison)),
        statements=tuple(_read(DATA / "statements.csv", Statement)),
        measures={row.measure: row for row in _read(DATA / "measures.csv", Measure)},
        documents={row.document: row for row in _read(DATA / "documents.csv", Document)},
        things=tuple(_read(DATA / "things_in_use.csv", ThingInUse)),
        published=tuple(_read(DATA / "references.csv", Published)),
        part_of=_regions(),
    )


def not_claims() -> list[dict[str, str]]:
    """Return the numerals that claim nothing, and why."""
    return list(_rows(DATA / "not_claims.csv"))


def positions() -> set[tuple[str, int, int, str]]:
    """Return where each numeral stands that is accounted for: document, line, place in the line, as written."""
    rows = [*_rows(_seed("claims/claims_quoted.csv")), *not_claims()]
    return {(r["document"], int(r["line"]), int(r["position"]), r["numeral"]) for r in rows if r["position"]}


def _regions() -> dict[str, str]:
    """Return the region of each council, and the country of each region."""
    held = {row["council_code"]: row["region_code"] for row in _rows(_seed("councils/councils.csv"))}
    return {**held, **dict.fromkeys(held.values(), ENGLAND)}


def _seed(name: str) -> Path:
    """Return a file that dbt reads too: the figures are kept once."""
    return get_settings().project_root / "dbt_project" / "seeds" / name


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _read(path: Path, kind: type[T]) -> Iterator[T]:
    """Yield each row as an object: the columns that it has a field for."""
    types = get_type_hints(kind)
    wanted = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # every kind here is a dataclass
    for row in _rows(path):
        yield kind(**{name: _cell(row[name], types[name]) for name in wanted if name in row})


def _cell(text: str, kind: Any) -> Any:
    """Return a cell as the field's type; an empty one is None where the field may be none."""
    plain = next((each for each in get_args(kind) if each is not type(None)), kind) if _is_union(kind) else kind
    if not text and _is_union(kind):
        return None
    return {Decimal: Decimal, int: int}.get(plain, str)(text)


def _is_union(kind: Any) -> bool:
    return isinstance(kind, UnionType)
