"""DfE's own published figures, claimed as it published them, raise no alarm; changed at random, they do.

Skipped where the folder of real published files is not at hand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from socialcare.claims import checks, seed
from socialcare.claims.model import EXPLAINED, Book, Claim, Published
from socialcare.land import mirror
from socialcare.land.parse import parse

#: Table, column, measure, kind, and which rows of the table count.
FIGURES = {
    ("dfe_children_looked_after", "numbers_and_rates"): (
        "rate_per_10000", "cla_rate_per_10000", "rate", "per 10,000", "Children looked after at 31 March each year",
    ),
    ("dfe_children_in_need", "protection_plans"): (
        "cpp_start_rate", "cpp_starts_rate_per_10000", "rate", "per 10,000", "",
    ),
    ("dfe_children_in_need", "referrals"): ("re_referrals_percent", "rereferral_pct", "percentage", "%", ""),
    ("dfe_children_in_need", "plan_start_categories"): (
        "neglect_initial", "cpp_neglect_starts", "count", "children", "",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def figures(published: Path) -> list[Published]:
    """All figures of four measures, in every release that is at hand."""
    return [
        figure
        for found in mirror.taken(published)
        if (found.source.id, found.table) in FIGURES
        for figure in _figures(found)
    ]


def _figures(found: mirror.Taken) -> Iterator[Published]:
    column, measure, _, _, wanted = FIGURES[found.source.id, found.table]
    parsed = parse(found.source, found.table, found.release, found.path.name, found.path.read_bytes())
    for cells in parsed.rows:
        row = dict(zip(parsed.columns, cells, strict=True))
        if wanted and row["population_count"] != wanted:
            continue
        area = row.get("new_la_code") or row.get("region_code") or row.get("country_code") or ""
        try:
            value = Decimal((row[column] or "").replace(",", ""))
        except InvalidOperation:  # a symbol: suppressed or not available
            continue
        yield Published(measure, area, f"{(row['time_period'] or '')[:4]}-03-31", found.release, value, found.release)


@pytest.fixture(scope="module")
def claimed(figures: list[Published]) -> tuple[Claim, ...]:
    """Some of the figures of each release, claimed by a document that gives four to a line."""
    told = {measure: (kind, unit) for _, measure, kind, unit, _ in FIGURES.values()}
    return tuple(
        Claim(
            f"dfe:{place}", f"dfe {each.release}", place // 4, each.measure, each.value, "",
            told[each.measure][1], told[each.measure][0], each.area_code, each.period_end, each.period_end,
        )
        for place, each in enumerate(random.Random(1).sample(figures, 1500))
    )  # fmt: skip


def test_no_figure_of_the_publisher_is_called_an_error(figures: list[Published], claimed: tuple[Claim, ...]) -> None:
    assert {each.measure for each in figures} == {measure for _, measure, *_ in FIGURES.values()}
    book = replace(seed.book(), claims=claimed, comparisons=(), statements=(), published=tuple(figures))
    found = checks.examine(book)
    assert not [each for each in found if each.class_ == "error"]
    flagged = {claim for each in found if each.class_ not in EXPLAINED for claim in each.claims}
    flagged_by = Counter(each.check for each in found if each.class_ not in EXPLAINED)
    assert len(flagged) <= 0.01 * len(claimed), flagged_by


def test_a_figure_of_another_release_is_a_vintage(figures: list[Published], claimed: tuple[Claim, ...]) -> None:
    book = replace(seed.book(), claims=claimed, comparisons=(), statements=(), published=tuple(figures))
    revised = [each for each in checks.examine(book) if each.class_ == "vintage"]
    assert revised
    assert {each.check for each in revised} <= {"against_published", "stated_twice"}


def test_figures_changed_by_a_third_or_tenfold_are_found(figures: list[Published], claimed: tuple[Claim, ...]) -> None:
    chance = random.Random(7)
    known = {(each.measure, each.area_code, each.period_end): each for each in figures}
    changed = []
    for claim in claimed:
        assert claim.value is not None
        value = (claim.value * chance.choice([Decimal(10), Decimal("1.33"), Decimal("0.67")])).quantize(claim.value)
        if abs(value - claim.value) > claim.value / 20:
            changed.append(replace(claim, value=value))
    book: Book = replace(
        seed.book(), claims=tuple(changed), comparisons=(), statements=(), published=tuple(known.values())
    )
    found = {claim for each in checks.examine(book) if each.class_ not in EXPLAINED for claim in each.claims}
    assert len(changed) > 1000
    assert len(found) >= 0.95 * len(changed)
