"""Why is this number what it is? One figure of a council with all that stands behind it, as published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from rich.console import Console
from rich.text import Text

from socialcare.database import connect
from socialcare.errors import Fault

_COUNCIL = """
select council_code, council_name from {schema}.dim_council
where lower(%(council)s) in (lower(council_code), lower(council_name), dfe_code, council_id)
order by exists_now desc, council_code
"""

_FIGURE = """
select figures.*, indicators.question, indicators.caveat, indicators.multiplier, indicators.interval_method,
    indicators.numerator_columns, indicators.denominator_columns, indicators.denominator_table,
    indicators.denominator_years, indicators.table_name,
    origins.publication_title, origins.file_name, origins.file_sha256, origins.line, origins.source_column,
    origins.published_on
from {schema}.regional_comparison as figures
join {schema}.dim_indicator as indicators using (indicator_id)
left join {schema}.figure_origins as origins using (council_code, indicator_id, period)
where figures.indicator_id = %(indicator)s and figures.period = %(period)s
    and figures.council_code = any(%(codes)s)
"""

_SAID = """
select release, value, value_status, value_text, value_origin, numerator, denominator, known_from, known_from_status,
    file_name, line
from {schema}.indicator_history
where indicator_id = %(indicator)s and period = %(period)s and area_code = %(area)s
order by release
"""

_PERIODS = "select distinct period from {schema}.regional_comparison where indicator_id = %(indicator)s order by period"

#: The version before the one that people read, where its rows are still kept.
_BEFORE = """
select earlier.version_id, figures.value, figures.value_status, figures.release_id, figures.rank_england,
    figures.quartile_band
from versions.version as earlier
join versions.regional_comparison as figures on figures.version_id = earlier.version_id
where earlier.version_id = (
        select max(version_id) from versions.version
        where published_at is not null and dropped_at is null and version_id < (select version_id from versions.current)
    )
    and figures.indicator_id = %(indicator)s and figures.period = %(period)s and figures.council_code = %(area)s
"""

_TESTS = (("England", "england"), ("the rest of its region", "region"), ("neighbours", "neighbours"))


@dataclass(frozen=True)
class Explanation:
    """One figure: itself with its comparators, what each release said of it, and the version before."""

    figure: dict[str, Any]
    said: list[dict[str, Any]] = field(default_factory=list)
    before: dict[str, Any] | None = None


def explain(
    indicator: str, council: str, period: str, *, schema: str = "published", role: str = "analyst"
) -> Explanation:
    """Read one figure, by default as published. A council goes by its name, its code or its id at the door.

    Raises Fault ``council_unknown``, ``indicator_unknown`` or ``period_not_held``, naming what there is.
    """
    with connect(role) as connection:
        asked: dict[str, Any] = {"indicator": indicator, "council": council, "period": period}
        codes = [row["council_code"] for row in _read(connection, _COUNCIL, schema, asked)]
        if not codes:
            raise Fault(
                "council_unknown", "No council goes by that name or code.", where=council,
                remedy="`socialcare sql \"select council_code, council_name from dim_council\"` lists them.",
            )  # fmt: skip
        # Two councils that report together are one row under both codes.
        joint = "select distinct council_code from {schema}.regional_comparison where is_joint_return"
        codes += [
            row["council_code"]
            for row in _read(connection, joint, schema, {})
            if set(codes) & set(row["council_code"].split(" / "))
        ]
        found = _read(connection, _FIGURE, schema, asked | {"codes": codes})
        if not found:
            raise _not_held(indicator, council, period, _read(connection, _PERIODS, schema, asked))
        asked["area"] = found[0]["council_code"]
        said = _read(connection, _SAID, schema, asked)
    return Explanation(found[0], said, _before(asked) if schema == "published" else None)


def show(console: Console, explained: Explanation) -> None:
    """Print an explanation, a line for each thing that it says."""
    for line in _lines(explained):
        console.print(Text(line))


def _read(connection: psycopg.Connection, query: str, schema: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL(query).format(schema=Identifier(schema)), asked).fetchall()


def _before(asked: dict[str, Any]) -> dict[str, Any] | None:
    with connect("publisher") as connection:
        found = _read(connection, _BEFORE, "published", asked)
    return found[0] if found else None


def _not_held(indicator: str, council: str, period: str, periods: list[dict[str, Any]]) -> Fault:
    if not periods:
        return Fault(
            "indicator_unknown", "No indicator with figures goes by that id.", where=indicator,
            remedy="`socialcare sql \"select indicator_id, question, held_status from dim_indicator\"` lists them.",
        )  # fmt: skip
    held = ", ".join(row["period"] for row in periods)
    return Fault(
        "period_not_held", "The indicator has no figure of that council for that period.",
        where=f"{indicator}, {council}, {period}", remedy=f"periods with figures are {held}.",
    )  # fmt: skip


def _lines(explained: Explanation) -> Iterator[str]:
    figure = explained.figure
    shown = _figure(figure["value"], figure["value_status"])
    yield f"{figure['council_name']}, {figure['indicator_name']}, {figure['period']}: {shown} ({figure['unit']})"
    yield f"  question    {figure['question']}"
    yield f"  made of     {_formula(figure)}"
    yield f"  chance      {_chance(figure)}"
    yield (
        f"  from        {figure['release_id']}: {figure['file_name']}, line {figure['line']}, "
        f"column {figure['source_column']} ({figure['file_sha256'][:12]})"
    )
    yield from (f"  beside      {line}" for line in _beside(figure))
    yield f"  change      {_change(figure)}"
    yield from (f"  said by     {line}" for line in map(_release, explained.said))
    yield f"  version     {_version(explained)}"
    yield f"  mind        {figure['caveat']}"


def _formula(figure: dict[str, Any]) -> str:
    if figure["numerator_columns"] is None:
        return f"{figure['source_column']}, as the publisher gives it; its counts are not published"
    counted = f"{figure['numerator_columns']} = {_figure(figure['numerator'], 'not published')}"
    if figure["denominator_columns"] is None:
        return counted
    year = f", {-figure['denominator_years']} year before" if figure["denominator_years"] else ""
    whole = f"{figure['denominator_columns']}{year} = {_figure(figure['denominator'], 'not published')}"
    how = "worked out" if figure["value_origin"] == "worked_out" else "as published"
    return f"{counted}, over {whole}, times {_figure(figure['multiplier'], '')}: {how}"


def _chance(figure: dict[str, Any]) -> str:
    if figure["interval_status"] != "given":
        return f"not_tested: {figure['interval_status']}"
    small = f"; {figure['small_numbers']}" if figure["small_numbers"] else ""
    return f"95% from {figure['interval_low']} to {figure['interval_high']} ({figure['interval_method']}){small}"


def _beside(figure: dict[str, Any]) -> Iterator[str]:
    values = {
        "England": figure["england_value"],
        "the rest of its region": figure["region_value"],
        "neighbours": figure["neighbour_mean"],
    }
    notes = {
        "England": "",
        "the rest of its region": f"; the whole region, {figure['region_basis']}",
        "neighbours": f"; {figure['neighbour_set']}, mean of {figure['neighbours_reporting']}, "
        f"median {figure['neighbour_median']}; {figure['neighbour_set_now']}, mean {figure['neighbour_mean_now']}",
    }
    for name, key in _TESTS:
        yield f"{name} {_figure(values[name], 'none')}: {figure[f'significance_vs_{key}']}{notes[name]}"
    rank = figure["rank_england"]
    place = f"rank {rank} of {figure['ranked_in_england']}, band {figure['quartile_band']}" if rank else "no rank"
    yield f"all councils: {place} ({figure['rank_status']}); {figure['unusual_value']}"


def _change(figure: dict[str, Any]) -> str:
    if figure["change_status"] != "given":
        return f"none: {figure['change_status']}"
    return (
        f"{figure['change_on_previous']:+} on the period before: {figure['significance_vs_previous']} "
        f"({figure['vs_previous_method']}); trend of five: {figure['trend']}"
    )


def _release(said: dict[str, Any]) -> str:
    counts = f" ({said['numerator']} of {said['denominator']})" if said["numerator"] is not None else ""
    return (
        f"release {said['release']}: {_figure(said['value'], said['value_status'])}{counts}, known from "
        f"{said['known_from']} ({said['known_from_status']}), {said['file_name']} line {said['line']}"
    )


def _version(explained: Explanation) -> str:
    now, before = explained.figure, explained.before
    if before is None:
        return "no earlier version is kept"
    changed = [
        f"{name} {before[name]} then, {now[name]} now"
        for name in ("value", "value_status", "release_id", "rank_england", "quartile_band")
        if before[name] != now[name]
    ]
    return f"against version {before['version_id']}: {'; '.join(changed) or 'nothing changed'}"


def _figure(value: Any, status: str) -> str:
    return status if value is None else f"{value.normalize():f}"
