"""What the pages say, read from the schema `published` alone, with the rights of whoever the edition is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from socialcare.errors import Fault
from socialcare.registry import Council

NORTH_EAST = "E12000001"
Row = dict[str, Any]

#: The columns of regional_comparison that the pages show.
_COMPARED = """council_code, council_name, indicator_id, indicator_name, period, period_end_date, period_type, value,
    value_status, unit, decimals, polarity, england_value, england_status, region_value, region_status,
    neighbour_set, neighbour_mean, neighbour_status, neighbour_set_now, neighbour_mean_now, rank_england,
    ranked_in_england, quartile_band, rank_status, rank_in_region, ranked_in_region, change_on_previous, change_status,
    interval_low, interval_high, interval_status, small_numbers, trend, significance_vs_england,
    significance_vs_region, significance_vs_neighbours, significance_vs_previous, release_id"""


@dataclass(frozen=True)
class Place:
    """A council with pages: its code of today, and every code that it had."""

    code: str
    name: str
    codes: tuple[str, ...]
    slug: str


@dataclass
class Edition:
    """Who the pages are for, and what may be read: ``council`` None is the shared edition."""

    connection: psycopg.Connection
    council: Council | None
    about: Mapping[str, Any]
    sources: Sequence[Mapping[str, Any]]
    senders: tuple[Council, ...]
    region: str | None = NORTH_EAST
    marts: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        self.marts = frozenset(row["relname"] for row in self.rows(_READABLE))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def held(self, mart: str) -> bool:
        """Return whether the mart is there for this reader and has a row."""
        if mart not in self.marts:
            return False
        query = sql.SQL("select exists (select from {})").format(sql.Identifier("published", mart))
        row = self.connection.execute(query).fetchone()
        return bool(row and row[0])

    @property
    def ours(self) -> list[Council]:
        """The councils whose answers come first: the edition's own, or all that send files."""
        return [self.council] if self.council else list(self.senders)


_READABLE = """
select relname from pg_class
where relnamespace = to_regnamespace('published') and relkind in ('v', 'r', 'm')
    and has_table_privilege(oid, 'select')
order by relname
"""


def require(edition: Edition) -> None:
    """Raise Fault ``mart_missing`` where what every page needs is not there."""
    for mart in ("regional_comparison", "dim_indicator", "dim_council"):
        if mart not in edition.marts:
            raise Fault(
                "mart_missing",
                f"published.{mart} is not there, so there is nothing to report.",
                where=f"published.{mart}",
                remedy="publish a version first: `socialcare run`.",
            )


def places(edition: Edition) -> list[Place]:
    """Return the councils that have a page: the region's (or, without a region, all), by name."""
    found = edition.rows(
        "select council_code, council_name, exists_now, dfe_code from published.dim_council"
        " where %s::text is null or region_code = %s order by dfe_code, exists_now desc, valid_from desc",
        [edition.region, edition.region],
    )
    made = []
    for _, same in groupby(found, key=lambda row: row["dfe_code"]):
        rows = list(same)
        if rows[0]["exists_now"]:
            codes = tuple(row["council_code"] for row in rows)
            made.append(Place(codes[0], rows[0]["council_name"], codes, slug(rows[0]["council_name"])))
    return sorted(made, key=lambda place: place.name)


def slug(name: str) -> str:
    """Return a name for a file: letters and digits, with hyphens between."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name.lower())
    return "-".join(kept.split()) or "unnamed"


def indicators(edition: Edition) -> list[Row]:
    """Return the indicators that any release held has, headlines first, then by topic and name."""
    return edition.rows(
        "select indicator_id, indicator_name, question, topic, unit, decimals, polarity, period_type, source_id,"
        " suppression_rule, owner, caveat, is_headline, numerator_columns, denominator_columns, last_period_end_date"
        " from published.dim_indicator where held_status = 'held' order by not is_headline, topic, indicator_name"
    )


def of_council(edition: Edition, place: Place) -> dict[str, list[Row]]:
    """Return the council's rows by indicator, the oldest period first."""
    return _by_indicator(
        edition.rows(
            f"select {_COMPARED} from published.regional_comparison where council_code = any(%s)"
            " order by indicator_id, period_end_date, period",
            [list(place.codes)],
        )
    )


def of_indicator(edition: Edition, indicator_id: str, shown: Sequence[Place]) -> dict[str, list[Row]]:
    """Return the indicator's rows of the councils shown, by their code of today, the oldest period first."""
    today = {code: place.code for place in shown for code in place.codes}
    found: dict[str, list[Row]] = {place.code: [] for place in shown}
    for row in edition.rows(
        f"select {_COMPARED} from published.regional_comparison where indicator_id = %s and council_code = any(%s)"
        " order by period_end_date, period",
        [indicator_id, list(today)],
    ):
        found[today[row["council_code"]]].append(row)
    return found


def everybody(edition: Edition, indicator_id: str) -> list[Row]:
    """Return the newest figures of all councils of England."""
    return edition.rows(
        "select council_code, council_name, value, value_status, period, decimals, indicator_id"
        " from published.regional_comparison where indicator_id = %s and period_end_date ="
        " (select max(period_end_date) from published.regional_comparison where indicator_id = %s)"
        " order by value, council_code",
        [indicator_id, indicator_id],
    )


def neighbours(edition: Edition, codes: Sequence[str]) -> list[Row]:
    """Return each council's neighbours by each model, the newest model first."""
    if "dim_neighbour_set" not in edition.marts:
        return []
    return edition.rows(
        "select neighbour_set, council_code, position, neighbour_code, neighbour_name"
        " from published.dim_neighbour_set where council_code = any(%s)"
        " order by council_code, applies_from desc nulls last, neighbour_set desc, position",
        [list(codes)],
    )


def revisions(edition: Edition, indicator_id: str, codes: Sequence[str]) -> list[Row]:
    """Return what each release said of a figure that two releases give differently."""
    if "indicator_history" not in edition.marts:
        return []
    return edition.rows(
        "select * from (select indicator_id, area_code, area_name, period, period_end_date, release, value,"
        " value_status, (count(*) over same > 1 and (min(value) over same is distinct from"
        " max(value) over same or min(value_status) over same <> max(value_status) over same)) as is_revised"
        " from published.indicator_history where indicator_id = %s and area_code = any(%s)"
        " window same as (partition by area_code, period)) said where is_revised"
        " order by area_name, period_end_date desc, period desc, release",
        [indicator_id, list(codes)],
    )


def origins(edition: Edition, indicator_id: str, codes: Sequence[str]) -> dict[tuple[str, str], Row]:
    """Return where each figure came from, by council and period."""
    if "figure_origins" not in edition.marts:
        return {}
    found = edition.rows(
        "select council_code, period, publication_title, release_id, published_on, file_name, line, source_column"
        " from published.figure_origins where indicator_id = %s and council_code = any(%s)",
        [indicator_id, list(codes)],
    )
    return {(row["council_code"], row["period"]): row for row in found}


def standing_out(edition: Edition, place: Place, most: int) -> list[Row]:
    """Return what is farthest out of the council's newest figures."""
    if "standing_out" not in edition.marts:
        return []
    return edition.rows(
        "select s.*, i.decimals from published.standing_out s join published.dim_indicator i using (indicator_id)"
        " where council_code = any(%s) order by place limit %s",
        [list(place.codes), most],
    )


def ranks_moved(edition: Edition, place: Place, most: int) -> list[Row]:
    """Return what the newest release of an indicator moved most of the council's ranks in England."""
    if "rank_changes" not in edition.marts:
        return []
    return edition.rows(
        "select r.*, i.decimals from published.rank_changes r join published.dim_indicator i using (indicator_id)"
        " where council_code = any(%s) and own_figure_restated and release_to ="
        " (select max(release_to) from published.rank_changes n where n.indicator_id = r.indicator_id)"
        " order by abs(rank_change) desc, indicator_id, period desc limit %s",
        [list(place.codes), most],
    )


def restated(edition: Edition, place: Place) -> list[Row]:
    """Count, by release, the figures of the council that it changed."""
    if "restatements" not in edition.marts:
        return []
    return edition.rows(
        "select source_id, release_to, count(*) as figures from published.restatements where area_code = any(%s)"
        " group by source_id, release_to order by release_to desc, source_id",
        [list(place.codes)],
    )


def _by_indicator(found: list[Row]) -> dict[str, list[Row]]:
    return {key: list(rows) for key, rows in groupby(found, key=lambda row: str(row["indicator_id"]))}


def own(edition: Edition, mart: str, order: str, where: str = "true") -> Iterator[Row]:
    """Return the rows of a mart of the council's own; nothing for anybody else, and never of another council."""
    if edition.council is None or mart not in edition.marts:
        return iter(())
    found = edition.rows(f"select * from published.{mart} where {where} order by {order}")
    if {row["council_code"] for row in found} - {edition.council.ons_code}:
        raise Fault(
            "foreign_rows",
            f"The role {edition.council.role} can read another council's rows; no report was made.",
            where=f"published.{mart}",
            remedy="publish again, which reapplies row-level security, and find out how it was lost.",
        )
    return iter(found)
