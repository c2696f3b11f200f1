"""Before a version goes out: what would change is kept and, where it is too much, held with a message that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from socialcare.errors import Fault
from socialcare.settings import get_settings
from socialcare.warehouse import versions, versions_held

from . import gate_marts as made
from .gate_marts import COUNCILS, Figure, OwnFigure, changed, own, published
from .hand_made import rows

B, F = 1, 5  # Council B, Council F


@pytest.fixture(scope="module")
def read(module_warehouse: str) -> int:
    """The version that people read, for what is held: it stays."""
    return made.night("read", published(2023), own())


@pytest.fixture
def first(warehouse: str) -> int:
    """The version that people read: everything to 2023."""
    return made.night("first", published(2023), own())


def swap(figures: list[Figure], where: Callable[[Figure], bool]) -> list[Figure]:
    """Give B and F each other's figures."""
    other = {B: F, F: B}
    values = {(f.indicator, f.council, f.year): f.value for f in figures}
    return changed(
        figures,
        lambda f: f.council in other and where(f),
        lambda f: values[f.indicator, other[f.council], f.year],
    )


def of_2024(f: Figure) -> bool:
    return f.year == 2024


# Each planted once, into the newest year of a new release or into an old figure. What the message must say.
PLANTED: dict[str, tuple[Callable[[list[Figure]], list[Figure]], tuple[str, ...]]] = {
    "wrong sign": (
        lambda new: changed(new, lambda f: of_2024(f) and (f.indicator, f.council) == ("rate", B), lambda f: -f.value),
        ("sign", "rate", "Council B at 2024")),
    "tenfold": (
        lambda new: changed(
            new, lambda f: of_2024(f) and (f.indicator, f.council) == ("children", F), lambda f: f.value * 10),
        ("tenfold", "children", "Council F at 2024")),
    "a tenth": (
        lambda new: changed(
            new, lambda f: f.year == 2022 and (f.indicator, f.council) == ("children", F), lambda f: f.value / 10),
        ("tenfold", "children", "Council F at 2022")),
    "missing council": (
        lambda new: [f for f in new if not (of_2024(f) and f.indicator == "starts" and f.council == B)],
        ("missing_council", "starts", "Council B")),
    "swapped councils": (
        lambda new: swap(new, of_2024), ("swapped_councils", "Council B and Council F")),
    "swapped councils, old figures": (
        lambda new: swap(new, lambda f: f.year < 2024 and f.indicator == "children"),
        ("swapped_councils", "Council B and Council F", "children")),
    "stale source": (
        lambda new: [f for f in published(2022) if f.year < 2023] + [f for f in published(2023) if f.indicator == "x"],
        ("stale_source", "2023", "2022")),
    "the last year again": (
        lambda new: changed(
            new, of_2024,
            lambda f: next(o.value for o in new if (o.indicator, o.council, o.year) == (f.indicator, f.council, 2023))),
        ("stale_source", "2024 says what 2023 said")),
    "half a year": (
        lambda new: changed(new, lambda f: of_2024(f) and f.indicator == "starts", lambda f: f.value / 2),
        ("half_a_year", "starts", "a part of the period")),
    "many old figures": (
        lambda new: changed(
            new, lambda f: f.year == 2022 and f.indicator == "children" and f.council < 4, lambda f: f.value * 1.3),
        ("many_revised", "children", "4 of 12 councils")),
    "figures hidden": (
        lambda new: changed(new, lambda f: f.year == 2022 and f.indicator == "share", lambda f: None),
        ("figures_gone", "share", "12 of 36")),
}  # fmt: skip


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_bad_figure_is_held_with_a_message_that_names_it(read: int, kind: str) -> None:
    plant, words = PLANTED[kind]
    with pytest.raises(Fault, match="version_held") as caught:
        made.night(kind, plant(published(2024)), own())
    for word in (*words, "approve", "decline"):
        assert word in str(caught.value)
    assert versions.current() == read
    waits = versions_held.waiting()
    assert waits is not None
    assert words[0] in {one["rule"] for one in waits.findings}


def test_a_duplicate_in_the_grain_stops_the_build_and_names_mart_and_key(read: int) -> None:
    twice = published(2024)
    with pytest.raises(Fault, match="grain_not_unique") as caught:
        made.night("twice", [*twice, twice[0]], own())
    assert "marts.indicator_values" in caught.value.where
    assert "area_code" in caught.value.where
    assert versions.current() == read


def test_a_new_year_and_the_yearly_restating_of_rates_are_published(first: int) -> None:
    """As DfE does: the new period; every old rate re-based by some per cent; a late record here and there."""
    new = changed(published(2024), lambda f: f.indicator == "rate" and f.year < 2024, lambda f: round(f.value * 1.07))
    new = changed(new, lambda f: (f.indicator, f.council, f.year) == ("children", B, 2022), lambda f: f.value * 1.2)
    version_id = made.night("2024", new, own())
    assert versions.current() == version_id
    kept = rows("publisher", "select change, sum(figures) from quality.release_diff group by 1 order by 1")
    assert kept[0] == ("added", 4 * 12)
    assert dict(kept)["changed"] == 1
    assert versions_held.waiting() is None


def test_the_same_figures_again_differ_in_nothing(first: int) -> None:
    made.night("again", published(2023), own())
    assert rows("publisher", "select count(*) from quality.release_diff") == [(0,)]


def test_a_first_version_has_nothing_to_compare_with(first: int) -> None:
    assert rows("publisher", "select count(*) from quality.release_diff") == [(0,)]


def test_other_sources_are_another_series(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the sample to a mirror: every figure may differ, and none was restated."""
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    get_settings.cache_clear()
    assert made.night("mirror", changed(published(2024), lambda f: True, lambda f: f.value * 20), own()) > first


def test_a_council_that_ended_is_not_missing(first: int) -> None:
    gone = [f for f in published(2024) if not (of_2024(f) and f.council == B)]
    assert made.night("ended", gone, own(), ended=COUNCILS[B]) > first


def test_of_a_councils_own_figures_the_diff_keeps_counts_alone(first: int) -> None:
    made.night("own", published(2023), own(factor=1.2))
    kept = rows(
        "publisher",
        "select council_name, sum(figures), count(value_before) + count(value_after) + count(period)"
        " from quality.release_diff where access = 'own' group by 1 order by 1",
    )
    assert kept == [("Durham", 6, 0), ("South Tyneside", 6, 0)]


def test_half_of_a_councils_own_records_are_held_without_a_value(read: int) -> None:
    half = [replace(f, value=f.value / 2) if f.council == "Durham" else f for f in own(day="2026-10-02")]
    with pytest.raises(Fault, match="own_figures") as caught:
        made.night("half", published(2023), half)
    assert "Durham's own counts of ssda903 fell" in caught.value.what
    assert "South Tyneside" not in caught.value.what
    assert not any(str(round(f.value)) in caught.value.what.split("because")[1] for f in half if f.council == "Durham")


def test_half_of_one_return_is_held_though_the_others_came_whole(warehouse: str) -> None:
    def others(day: str) -> list[OwnFigure]:
        durham = [f for f in own(day=day) if f.council == "Durham"]
        return [replace(f, indicator=f"{f.indicator}_{n}", sent_in="cin_census") for f in durham for n in range(3)]

    made.night("whole", published(2023), [*own(), *others("2026-10-01")])
    half = [replace(f, value=f.value / 2) if f.council == "Durham" else f for f in own(day="2026-10-02")]
    with pytest.raises(Fault, match="own_figures") as caught:
        made.night("half", published(2023), [*half, *others("2026-10-02")])
    assert "Durham's own counts of ssda903 fell" in caught.value.what
    assert "cin_census" not in caught.value.what


def test_of_an_own_figure_that_changed_greatly_neither_factor_nor_direction_is_told(read: int) -> None:
    """A true figure beside which "five times its highest" is told can be bounded by whoever knows an old one."""
    for times in (10, 0.05):
        one = [
            replace(f, value=f.value * times) if (f.council, f.indicator) == ("Durham", "own_3") else f for f in own()
        ]
        with pytest.raises(Fault, match="tenfold") as caught:
            made.night(f"own {times}", published(2023), one)
        told = caught.value.what.split("tenfold: ")[1].removesuffix(".")
        assert told == "local_indicators, own_3: Durham (own figure): changed greatly"


def test_figures_to_be_shared_are_told_to_nobody_before_they_are_published(warehouse: str) -> None:
    """What a version that is held would share is not known to the attack on what is shared: only counts are told."""
    then = own(day="2026-09-30")
    made.night("first", published(2023), shared=then)
    wild = [replace(f, value=f.value * 20 + 7) for f in then]
    again = [replace(f, day="2026-10-31", value=f.value + 1) for f in wild]
    with pytest.raises(Fault, match="version_held") as caught:
        made.night("second", published(2023), shared=[*wild, *again])
    waits = versions_held.waiting()
    assert waits is not None
    assert {one["mart"] for one in waits.findings} == {"shared_local_indicators"}
    words = caught.value.what.split("by themselves: ")[1] + " ".join(str(one["text"]) for one in waits.findings)
    for f in [*then, *wild, *again]:
        assert f"{f.value:g} " not in words, "a value is told"
    assert not any(word in words for word in ("times", "highest", "2026-", "Durham"))
    kept = rows(
        "publisher",
        "select distinct access, value_before, value_after, period from quality.release_diff"
        " where mart = 'shared_local_indicators'",
    )
    assert kept == [("own", None, None, None)]


def test_an_older_delivery_of_a_council_is_a_stale_source(read: int) -> None:
    older = [replace(f, day="2026-09-01") if f.council == "Durham" else f for f in own()]
    with pytest.raises(Fault, match="stale_source") as caught:
        made.night("older", published(2023), older)
    assert "Durham's newest day was 2026-10-01 and is 2026-09-01 now" in caught.value.what


def test_a_council_whose_own_figures_are_gone_is_missing(read: int) -> None:
    with pytest.raises(Fault, match="missing_council") as caught:
        made.night("gone", published(2023), [f for f in own() if f.council != "Durham"])
    assert "Durham has no figure any more" in caught.value.what


def test_a_council_that_sent_nothing_tonight_is_not_missing(first: int) -> None:
    """Each council has days of its own: one sends a new day, the other stays where it was."""
    newer = [replace(f, day="2026-10-02") for f in own() if f.council == "Durham"]
    assert made.night("one alone", published(2023), [*own(), *newer]) > first


def test_real_records_after_generated_ones_are_another_series(first: int) -> None:
    assert made.night("real", published(2023), own(factor=5, synthetic=False)) > first


def test_a_threshold_that_lacks_its_reason_is_refused(warehouse: str) -> None:
    from socialcare.gate import declared

    text = (get_settings().expectations / declared.FILE).read_text()
    text = text.replace("  sign:\n    why:", "  sign:\n    because:")
    path = get_settings().home / "wrong.yml"
    path.write_text(text)
    with pytest.raises(Fault, match="release_diff_wrong"):
        declared.load(path)


def test_every_rule_that_is_declared_is_judged_by_and_no_other() -> None:
    from socialcare.gate import declared, judge

    assert set(declared.load().rules) == set(judge.RULES)
