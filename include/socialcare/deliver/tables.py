"""What goes into the extracts: the marts that say so of themselves, as the version holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: What a column holds, by the database's word for it; everything else is text.
_KINDS = {
    **dict.fromkeys(("smallint", "integer", "bigint"), "whole"),
    **dict.fromkeys(("numeric", "double precision", "real"), "number"),
    **{"date": "date", "timestamp with time zone": "moment", "timestamp without time zone": "moment"},
    "boolean": "truth",
}
#: The unit of a column that declares none, by what its name says or ends with.
_UNITS = {
    "per_10000": "per 10,000",
    "numerator": "count",
    "denominator": "count",
    "score": "score",
    "decimals": "decimal places",
    "line": "line of the file",
    "year": "year",
}
AS_IN_UNIT = "as the row's unit says"


@dataclass(frozen=True)
class Column:
    """One column: what it holds (``kind``: text, whole, number, date, moment or truth) and what it means."""

    name: str
    type: str
    kind: str = "text"
    unit: str = ""
    description: str = ""


@dataclass(frozen=True)
class Table:
    """One mart that people take away. ``access``: ``shared`` by all, or each council its ``own`` rows."""

    name: str
    access: str
    grain: tuple[str, ...]
    order_by: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str = ""

    def has(self, column: str) -> bool:
        """Return whether it has a column of that name."""
        return any(one.name == column for one in self.columns)

    @property
    def explains(self) -> bool:
        """Whether it says what the codes of the others mean: everybody needs all of it."""
        return self.name.startswith("dim_") and self.access == "shared"

    @property
    def tells_of_councils_records(self) -> bool:
        """Whether its figures come from councils' own records, which may be generated."""
        return self.access == "own" or self.has("is_synthetic")


def taken_away(shape: Mapping[str, Mapping[str, Any]]) -> list[Table]:
    """Return the tables of the version's ``shape`` that go into extracts, by name; none that is deprecated."""
    marts = (mart for mart in shape.values() if mart.get("extract") and not mart.get("deprecated"))
    return sorted((_table(mart) for mart in marts), key=lambda table: table.name)


def schema_version(tables: Iterable[Table]) -> str:
    """Return a short name for the files' shape: a column added, dropped, moved or retyped changes it."""
    text = "\n".join(f"{table.name}.{column.name} {column.type}" for table in tables for column in table.columns)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _table(mart: Mapping[str, Any]) -> Table:
    has_unit = any(column["name"] == "unit" for column in mart["columns"])
    return Table(
        name=mart["name"],
        access=mart["access"],
        grain=tuple(mart["grain"]),
        order_by=tuple(dict.fromkeys((*mart["order_by"], *mart["grain"]))),
        columns=tuple(_column(column, has_unit) for column in mart["columns"]),
        description=" ".join((mart.get("description") or "").split()),
    )


def _column(stored: Mapping[str, Any], has_unit: bool) -> Column:
    name, type_ = stored["name"], stored["type"]
    kind = _KINDS.get(type_.split("(")[0], "text")
    unit = stored.get("unit") or _unit(name, kind, has_unit)
    description = " ".join((stored.get("description") or "").split())
    return Column(name, type_, kind, unit, description + _deprecation(stored.get("deprecated")))


def _unit(name: str, kind: str, has_unit: bool) -> str:
    if kind not in ("whole", "number"):
        return ""
    found = next((unit for word, unit in _UNITS.items() if name.endswith(word)), "")
    if found or kind == "whole":
        return found or "count"
    return AS_IN_UNIT if has_unit else ""


def _deprecation(deprecated: Mapping[str, str] | None) -> str:
    if not deprecated:
        return ""
    return f" DEPRECATED: removed after {deprecated.get('remove_after', '?')}; use {deprecated.get('use', 'nothing')}."
