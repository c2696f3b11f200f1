"""When a source is late, moved, vanished, failing or quiet: from what is held, on a given day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from socialcare.operate.source_health import Held, Look, conditions, due, health, year_of
from socialcare.registry import source

#: Every 12 months; DfE published its 2024 release on 21 November 2024.
LOOKED_AFTER = source("dfe_children_looked_after").model_copy(update={"last_release": ""})
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
PUBLISHED = date(2024, 11, 21)
FINE = Look(NOW - timedelta(hours=3), "unchanged", detail="nothing new")


def named(held: Held, now: datetime = NOW) -> list[str]:
    return [condition.condition for condition in conditions(held, now)]


@pytest.mark.parametrize(
    ("release", "year"),
    [("2024", 2024), ("202324", 2024), ("2023-24", 2024), ("2024-11", 2024), ("1999-00", 2000), ("newest", None)],
)
def test_the_year_of_a_release_is_the_one_in_which_it_ends(release: str, year: int | None) -> None:
    assert year_of(release) == year


def test_a_release_is_late_after_its_cadence_and_sixty_days() -> None:
    held = Held(LOOKED_AFTER, "2024", PUBLISHED, look=FINE)
    last = PUBLISHED + timedelta(days=12 * 31 + 60)
    assert due(held) == last == date(2026, 1, 27)
    assert named(held, datetime(2026, 1, 27, 23, 59, tzinfo=UTC)) == []
    (late,) = conditions(held, NOW)
    assert (late.condition, late.since.date()) == ("late", last)
    assert "2024, published 2024-11-21" in late.detail
    assert LOOKED_AFTER.homepage in late.remedy
    assert LOOKED_AFTER.file in late.remedy


def test_without_a_day_of_publication_the_release_year_tells_and_grace_is_longer() -> None:
    held = Held(LOOKED_AFTER, "2024", look=FINE)
    assert due(held) == date(2024, 12, 31) + timedelta(days=12 * 31 + 300)
    assert named(held) == []
    assert named(Held(LOOKED_AFTER, "2022", look=FINE)) == ["late"]


def test_the_bundled_sample_and_a_series_that_ended_are_never_late() -> None:
    assert named(Held(LOOKED_AFTER, "2015", PUBLISHED, is_sample=True, look=FINE)) == []
    ended = LOOKED_AFTER.model_copy(update={"last_release": "2024"})
    assert named(Held(ended, "2024", PUBLISHED, look=FINE)) == []
    assert named(Held(ended, "2023", PUBLISHED, look=FINE)) == ["late"], "its last release is still to come"


def test_a_move_for_good_names_both_addresses() -> None:
    old, new = "https://www.gov.uk/old", "https://www.gov.uk/new"
    look = Look(FINE.at, "unchanged", moved={old: new})
    (moved,) = conditions(Held(LOOKED_AFTER, "2025", date(2025, 11, 20), look=look), NOW)
    assert moved.condition == "moved"
    assert f"{old} to {new}" in moved.detail


def test_a_page_that_is_gone_has_vanished_though_its_releases_were_found_another_way() -> None:
    page, old, new = "https://www.gov.uk/gone", "https://www.gov.uk/old", "https://www.gov.uk/new"
    held = Held(LOOKED_AFTER, "2025", date(2025, 11, 20), look=Look(FINE.at, "landed", moved={page: ""}))
    (vanished,) = conditions(held, NOW)
    assert (vanished.condition, vanished.since) == ("vanished", FINE.at)
    assert page in vanished.detail
    assert "another way" in vanished.detail
    assert health(held, NOW) == "vanished"
    both = Held(LOOKED_AFTER, "2025", date(2025, 11, 20), look=Look(FINE.at, "landed", moved={page: "", old: new}))
    assert named(both) == ["moved", "vanished"]
    assert page not in conditions(both, NOW)[0].detail


@pytest.mark.parametrize("fault", ["not_found", "gone", "withdrawn"])
def test_an_address_that_is_gone_has_vanished_and_is_not_failing_as_well(fault: str) -> None:
    look = Look(FINE.at, "kept_last_good", fault, "The publisher answered 404.", "open the address")
    held = Held(LOOKED_AFTER, "2025", date(2025, 11, 20), look=look, failed_since=FINE.at, failed_nights=9)
    assert named(held) == ["vanished"]
    assert health(held, NOW) == "vanished"


def test_failing_is_told_from_the_third_night_and_shown_from_the_first() -> None:
    look = Look(FINE.at, "kept_last_good", "column_missing", "No column number.", "add an edition")
    for nights, told in ((1, []), (2, []), (3, ["failing"])):
        held = Held(LOOKED_AFTER, "2025", date(2025, 11, 20), False, look, NOW - timedelta(days=nights), nights)
        assert named(held) == told
        assert health(held, NOW) == "failing"
    assert "No column number." in conditions(held, NOW)[0].detail
    assert conditions(held, NOW)[0].remedy == "add an edition"


def test_a_source_that_nobody_looks_at_has_gone_quiet() -> None:
    held = Held(LOOKED_AFTER, "2025", date(2025, 11, 20), look=Look(NOW - timedelta(days=3, hours=1), "unchanged"))
    assert named(held) == ["quiet"]


def test_health_of_what_is_well_and_of_what_never_came() -> None:
    assert health(Held(LOOKED_AFTER, "2025", date(2025, 11, 20), look=FINE), NOW) == "fine"
    assert health(Held(LOOKED_AFTER), NOW) == "never landed"
