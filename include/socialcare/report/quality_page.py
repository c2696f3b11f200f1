"""How good a council's deliveries are: the score of each, what is open by rule, and how long defects last."""

from __future__ import annotations

from itertools import groupby
from statistics import median
from typing import Any

from socialcare.registry import Council
from socialcare.registry.returns import return_spec
from socialcare.report import reading
from socialcare.report.page import Pages
from socialcare.report.reading import Row

MARTS = ("quality_deliveries", "quality_defects")


def page(pages: Pages, council: Council) -> str:
    """Return the page. Every row was read with the council's own role."""
    edition = pages.edition
    delivered = list(reading.own(edition, MARTS[0], "return_id, collection_year, place"))
    defects = list(reading.own(edition, MARTS[1], "severity, rows_found desc, return_id, table_name, rule_code"))
    fixed = [row["days_to_fix"] for row in defects if row["days_to_fix"] is not None]
    return pages.render(
        "quality",
        title=f"{council.name}: quality of its deliveries",
        here="quality.html",
        returns=[_return(name, list(rows)) for name, rows in groupby(delivered, key=lambda row: row["return_id"])],
        opened=[{**row, "where": _where(row)} for row in defects if row["is_open"]],
        fixed=len(fixed),
        days=median(fixed) if fixed else None,
    )


def _return(name: str, rows: list[Row]) -> dict[str, Any]:
    line = [
        {"period_end_date": row["as_of_date"], "value": row["loaded_pct"], "interval_low": None, "interval_high": None}
        for row in sorted(rows, key=lambda row: (row["as_of_date"], row["place"]))
    ]
    return {"name": return_spec(name).name, "line": line, "deliveries": list(reversed(rows))}


def _where(row: Row) -> str:
    """Name the table as its return does: what comes before the comma of the return's name is enough."""
    declared = return_spec(row["return_id"])
    table = declared.tables.get(row["table_name"])
    return f"{declared.name.split(',')[0]} {row['collection_year']}: {table.label if table else row['table_name']}"
