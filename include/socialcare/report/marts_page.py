"""Workforce: what is published of social workers, and any mart of that name as a table with what its columns mean."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from socialcare.report.page import Pages
from socialcare.report.reading import Edition

TOPICS = {"workforce": "Children's Services Workforce"}
#: A page is to be read: a mart with more rows is for the extracts, and the page says so.
SHOWN = 200


def held(edition: Edition) -> list[str]:
    """Return which of the pages have anything to show."""
    return [prefix for prefix in TOPICS if prefix == "workforce" or _marts(edition, prefix)]


def page(pages: Pages, prefix: str) -> str:
    """Return the page of a topic: its measures, then its marts."""
    measures = [one for one in pages.indicators if one["topic"] == TOPICS[prefix]]
    return pages.render(
        "marts",
        title=prefix.capitalize(),
        here=f"{prefix}.html",
        topic=prefix.capitalize(),
        measures=[(one, _newest(pages, one["indicator_id"])) for one in measures],
        marts=[plain_table(pages.edition, name) for name in _marts(pages.edition, prefix)],
    )


def _marts(edition: Edition, prefix: str) -> list[str]:
    return [name for name in sorted(edition.marts) if name.startswith(f"{prefix}_") and edition.held(name)]


def _newest(pages: Pages, indicator_id: str) -> list[Any]:
    from socialcare.report import reading

    found = reading.of_indicator(pages.edition, indicator_id, pages.places)
    return [(place, found[place.code]) for place in pages.places if found[place.code]]


def plain_table(edition: Edition, name: str) -> dict[str, Any]:
    """Return a mart's first rows, with its columns and what they mean."""
    columns = edition.rows(
        "select attname as name, coalesce(col_description(attrelid, attnum), '') as meaning from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [f"published.{name}"],
    )
    place = sql.Identifier("published", name)
    with edition.connection.cursor() as cursor:
        rows = cursor.execute(
            sql.SQL("select * from {} order by {} limit {}").format(
                place, sql.SQL(", ").join(sql.SQL(str(n + 1)) for n in range(len(columns))), sql.Literal(SHOWN + 1)
            )
        ).fetchall()
    said = edition.rows("select coalesce(obj_description(to_regclass(%s)), '') as words", [f"published.{name}"])
    return {
        "name": name,
        "words": said[0]["words"],
        "columns": columns,
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
    }
