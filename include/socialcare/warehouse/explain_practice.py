"""Why is a figure of workforce or practice what it is? Read as the council whose own it is, and as no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from rich.console import Console
from rich.text import Text

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.registry import all_councils
from socialcare.registry.councils import Council

#: Of teams by quarter there is no figure of the whole council.
_MEASURE = (
    "select * from published.dim_practice_measure where measure = %(measure)s and mart <> 'practice_team_quarters'"
)
_FIGURE = """
select * from published.{mart}
where measure = %(measure)s and breakdown = 'council'
    and period_end_date::text = %(period)s and period_type <> 'quarter'
"""
_DAYS = """
select distinct period_end_date::text as day from published.{mart}
where measure = %(measure)s and breakdown = 'council' and period_type <> 'quarter' order by 1
"""
_PARTS = """
select breakdown, count(*) as parts from published.{mart}
where measure = %(measure)s and breakdown <> 'council'
    and period_end_date::text = %(period)s and period_type <> 'quarter'
group by breakdown order by breakdown
"""
_DELIVERY = """
select as_of_date, received_on, verdict, rows_in, rows_quarantined from published.quality_deliveries
where return_id = %(return_id)s and is_newest order by as_of_date desc limit 1
"""


def is_measure(name: str) -> bool:
    """Say whether the catalogue of workforce and practice has a measure of this name, of whole councils."""
    with connect("analyst") as connection:
        there = connection.execute("select to_regclass('published.dim_practice_measure')").fetchone()
        return bool(there and there[0] and connection.execute(_MEASURE, {"measure": name}).fetchone())


def show(console: Console, measure: str, council: str, period: str) -> None:
    """Print what stands behind one figure of a whole council, a line for each thing that it says.

    ``period`` is its last day. Raises Fault ``council_unknown`` and ``period_not_held``, naming what there is.
    """
    with connect(_council(council).role) as connection:
        asked: dict[str, Any] = {"measure": measure, "period": period}
        (meant,) = _read(connection, _MEASURE, "", asked)
        found = _read(connection, _FIGURE, meant["mart"], asked)
        if not found:
            days = ", ".join(row["day"] for row in _read(connection, _DAYS, meant["mart"], asked)) or "none"
            raise Fault(
                "period_not_held", "The measure has no figure of that council that ends on that day.",
                where=f"{measure}, {council}, {period}", remedy=f"days with figures are {days}.",
            )  # fmt: skip
        parts = _read(connection, _PARTS, meant["mart"], asked)
        sent = _read(connection, _DELIVERY, "", {"return_id": found[0]["return_id"]})
    for figure in found:
        for line in _lines(meant, figure, parts, sent):
            console.print(Text(line))


def _council(asked: str) -> Council:
    for one in all_councils():
        if asked.lower() in (one.id, one.name.lower(), one.ons_code.lower(), one.dfe_code):
            return one
    raise Fault(
        "council_unknown", "No council that sends records goes by that name or code.", where=asked,
        remedy=f"use one of: {', '.join(one.id for one in all_councils())}.",
    )  # fmt: skip


def _read(connection: psycopg.Connection, query: str, mart: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    text = SQL(query).format(mart=Identifier(mart)) if mart else SQL(query)
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, asked).fetchall()


def _lines(
    meant: dict[str, Any], figure: dict[str, Any], parts: list[dict[str, Any]], sent: list[dict[str, Any]]
) -> Iterator[str]:
    when = f"{figure['period_start_date']} to " if figure["period_start_date"] else "at "
    value = f"{_number(figure['value'], figure['value_status'])} ({meant['unit']})"
    yield f"{figure['council_name']}, {figure['measure_name']}, {when}{figure['period_end_date']}: {value}"
    yield f"  made of     {_made_of(meant, figure)}"
    if figure["interval_low"] is not None:
        low, high = (_number(figure[f"interval_{side}"], "") for side in ("low", "high"))
        yield f"  chance      95% from {low} to {high} ({meant['interval_method']})"
    else:
        yield "  chance      not_tested: it is no share of people or things"
    for one in sent:
        came = f"received {one['received_on']}: {one['rows_in']} rows, {one['rows_quarantined']} of them kept out"
        yield f"  from        {figure['return_id']} as at {one['as_of_date']}, {came}"
    divided = ", ".join(f"{row['breakdown']} ({row['parts']})" for row in parts) or "nothing"
    yield f"  divided by  {divided}: {meant['mart']}"
    synthetic = "SYNTHETIC: generated, no real person. " if figure["is_synthetic"] else ""
    yield f"  mind        {synthetic}The council's own figure, seen by it alone and compared with nobody's."


def _made_of(meant: dict[str, Any], figure: dict[str, Any]) -> str:
    if figure["numerator"] is None:
        return str(meant["numerator_means"])
    counted = f"{meant['numerator_means']} = {_number(figure['numerator'], '')}"
    if figure["denominator"] is None:
        return counted
    return f"{counted}, over {meant['denominator_means']} = {_number(figure['denominator'], '')}"


def _number(value: Any, status: str) -> str:
    return status if value is None else f"{value.normalize():f}"
