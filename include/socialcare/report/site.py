"""The whole report of one reader: a folder of pages, filled one by one, so that memory does not grow with councils."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from socialcare.registry import Council, all_councils
from socialcare.report import (
    claims,
    council_page,
    front,
    indicator_page,
    marts_page,
    month_ends_page,
    ofsted,
    own_page,
    practice_pages,
    quality_page,
    reading,
)
from socialcare.report.made_before import MadeBefore
from socialcare.report.page import Pages
from socialcare.report.reading import NORTH_EAST, Edition


def fill(
    folder: Path,
    connection: psycopg.Connection,
    *,
    council: Council | None,
    about: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    region: str | None = NORTH_EAST,
    before: Path | None = None,
) -> None:
    """Write the report into ``folder``: the shared edition, or ``council``'s own with its live figures.

    ``connection`` has the rights of the reader and decides what there is to show; ``about`` and ``sources`` are the
    version's own row and its sources' states. One version, the same states: the same bytes. ``region`` None gives
    every council of England its page. ``before`` is this reader's own report of last time, from which comes what would
    be the same. Raises Fault ``mart_missing`` and ``foreign_rows``.
    """
    edition = Edition(connection, council, about, sources, all_councils(), region)
    reading.require(edition)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _pages(edition, MadeBefore(before)):
        (folder / name).write_text(text, encoding="utf-8")


def _pages(edition: Edition, before: MadeBefore) -> Iterator[tuple[str, str]]:
    places, indicators = reading.places(edition), reading.indicators(edition)
    pages = Pages(edition, places, indicators, _menu(edition), before)
    yield "index.html", front.page(pages)
    yield "measures.html", pages.render("measures", title="Measures", here="measures.html", indicators=indicators)
    for place in places:
        yield f"council-{place.slug}.html", council_page.page(pages, place)
    for indicator in indicators:
        yield f"measure-{reading.slug(indicator['indicator_id'])}.html", indicator_page.page(pages, indicator)
    if edition.held("ofsted_judgements"):
        yield "ofsted.html", ofsted.page(pages)
    for prefix in marts_page.held(edition):
        yield f"{prefix}.html", marts_page.page(pages, prefix)
    if month_ends_page.held(edition):
        yield month_ends_page.FILE, month_ends_page.page(pages)
    if practice_pages.held(edition):
        yield from practice_pages.pages(pages)
    if edition.held("claims"):
        yield "quoted.html", claims.page(pages)
    if edition.council is not None:
        yield "own.html", own_page.page(pages, edition.council)
        if _judged(edition):
            yield "quality.html", quality_page.page(pages, edition.council)


def _menu(edition: Edition) -> list[tuple[str, str]]:
    """Return the pages of the menu: (file, words); a page whose figures are not there is left out."""
    menu = [("index.html", "This morning")]
    if edition.council is not None:
        menu.append(("own.html", "Our own figures"))
        if _judged(edition):
            menu.append(("quality.html", "Quality of deliveries"))
    menu.append(("measures.html", "Measures"))
    if month_ends_page.held(edition):
        menu.append((month_ends_page.FILE, "Month ends"))
    if edition.held("ofsted_judgements"):
        menu.append(("ofsted.html", "Ofsted"))
    menu += [(f"{prefix}.html", prefix.capitalize()) for prefix in marts_page.held(edition)]
    if practice_pages.held(edition):
        menu.append(("practice.html", "Practice"))
    if edition.held("claims"):
        menu.append(("quoted.html", "Quoted figures"))
    return menu


def _judged(edition: Edition) -> bool:
    return edition.marts.issuperset(quality_page.MARTS)
