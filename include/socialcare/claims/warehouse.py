"""What the warehouse holds against the claims: publishers' figures in every release, and inspectors' judgements."""

from __future__ import annotations

from dataclasses import replace

from psycopg.sql import SQL, Identifier

from socialcare.claims.checks import examine
from socialcare.claims.model import Book, Finding, Judgement, Published
from socialcare.claims.seed import book as seed_book
from socialcare.database import connect


def book(schema: str = "published", role: str = "analyst") -> Book:
    """Return the repository's claims beside all that ``schema`` has of them."""
    return with_published(seed_book(), schema, role)


def findings(schema: str = "published", role: str = "analyst") -> list[Finding]:
    """Return what the checks find in the repository's claims beside all that ``schema`` has of them."""
    return examine(book(schema, role))


def with_published(claimed: Book, schema: str, role: str) -> Book:
    """Return the claims with the publishers' figures of their measures and the judgements of their areas."""
    names = sorted({measure.published_as for measure in claimed.measures.values() if measure.published_as})
    with connect(role) as connection:
        figures = connection.execute(
            SQL(
                "select indicator_id, area_code, period_end_date::text, release, value, published_on::text"
                " from {}.indicator_history where indicator_id = any(%s) and value is not null"
            ).format(Identifier(schema)),
            [names],
        ).fetchall()
        graded = connection.execute(
            SQL(
                "select council_code, overall_effectiveness, leaders, inspection_start_date::text,"
                " publication_date::text from {}.ofsted_judgements"
                " where inspection_start_date is not null and visit_theme is null"
            ).format(Identifier(schema))
        ).fetchall()
        counted = connection.execute(
            # What is no indicator: the mart has it beside each claim.
            SQL(
                "select distinct measure, area_code, period_end::text, release, published_value, published_on::text"
                " from {}.claims where published_value is not null and measure <> all(%s)"
            ).format(Identifier(schema)),
            [sorted({row[0] for row in figures})],
        ).fetchall()
    published = tuple(
        Published(measure, area, ended, release, value, known or "")
        for measure, area, ended, release, value, known in (*figures, *counted)
    )
    judgements = tuple(
        Judgement(council, attribute, grade or "", inspected, told or "")
        for council, overall, leaders, inspected, told in graded
        for attribute, grade in (("overall", overall), ("leadership", leaders))
    )
    return replace(claimed, published=(*claimed.published, *published), judgements=judgements)
