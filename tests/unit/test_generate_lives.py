"""Lives by hand: small histories whose right answer can be seen, and what holds for every life."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from socialcare.generate import Life, truth, write_everything
from socialcare.generate.cin import write_census
from socialcare.generate.csww import DEFECTS as WORKER_DEFECTS
from socialcare.generate.csww import write_workforce
from socialcare.generate.defects_cin_more import DEFECTS as CENSUS_DEFECTS
from socialcare.generate.defects_ssda903 import DEFECTS
from socialcare.generate.life import parts, year_to_march, year_to_september
from socialcare.generate.rows import (
    OPEN,
    Rows,
    age_on,
    birthday,
    day,
    days_as_text,
    months_later,
    sum_within,
    working_days_between,
    working_days_later,
)
from socialcare.generate.staff import caseloads
from socialcare.generate.told_ssda903 import tables_of, told_in
from socialcare.generate.truth_need import _again
from socialcare.generate.workers import in_post

AS_OF = date(2026, 3, 31)


def on(*days: tuple[int, int, int]) -> np.ndarray:
    return np.array([day(date(*d)) for d in days])


@pytest.fixture(scope="module")
def life() -> Life:
    return Life("durham", AS_OF, in_care=60)


def test_birthdays_and_months() -> None:
    born = on((2008, 2, 29), (2010, 4, 1))
    assert birthday(born, 18).tolist() == on((2026, 3, 1), (2028, 4, 1)).tolist()
    assert age_on(born, day(date(2026, 2, 28))).tolist() == [17, 15]
    assert age_on(born, day(date(2026, 4, 1))).tolist() == [18, 16]
    assert months_later(on((2026, 1, 31)), 1).tolist() == on((2026, 2, 28)).tolist()
    assert months_later(on((2026, 3, 15)), -12).tolist() == on((2025, 3, 15)).tolist()


def test_working_days() -> None:
    friday = on((2026, 3, 6))
    assert working_days_later(friday, np.array([1])).tolist() == on((2026, 3, 9)).tolist()
    assert working_days_between(friday, on((2026, 3, 9))).tolist() == [1]


def test_running_sums_begin_anew_with_each_owner() -> None:
    assert sum_within(np.array([1, 1, 4, 4, 4]), np.array([2, 3, 5, 1, 1])).tolist() == [2, 5, 5, 6, 7]


def test_what_has_not_happened_is_blank() -> None:
    assert days_as_text(np.array([day(date(2026, 3, 1)), OPEN])).tolist() == ["01/03/2026", ""]


def test_a_referral_again_is_within_twelve_months_of_the_childs_own() -> None:
    referred = on((2025, 1, 10), (2026, 1, 10), (2026, 1, 10), (2026, 1, 11), (2024, 1, 1), (2025, 1, 2))
    cases = Rows({"child": np.array([1, 1, 2, 2, 3, 3]), "referred": referred})
    # To the day a year later still counts; a day more does not; another child's never does.
    assert _again(cases).tolist() == [False, True, False, True, False, False]


def test_a_workers_cases_are_those_allocated_on_the_day() -> None:
    rows = Rows({"worker": np.array([0, 0, 2]), "began": np.array([10, 20, 10]), "ended": np.array([20, OPEN, 15])})
    assert caseloads(rows, 3, 15).tolist() == [1, 0, 0]
    assert caseloads(rows, 3, 20).tolist() == [1, 0, 0]
    assert caseloads(rows, 3, 12).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("year", "column", "code", "told"),
    [
        (2024, "SEX", "F", "2"),
        (2025, "SEX", "F", "F"),
        (2024, "PLACE", "K3", "H5"),
        (2025, "PLACE", "Z11", "Z1"),
        (2026, "PLACE", "Z11", "Z11"),
        (2018, "REC", "E45", "E43"),
        (2019, "REC", "E45", "E45"),
        (2021, "ACTIV", "F5", "F3"),
    ],
)
def test_codes_are_those_of_the_year(year: int, column: str, code: str, told: str) -> None:
    assert told_in(year, column, np.array([code])).tolist() == [told]


def test_tables_are_those_of_the_year() -> None:
    assert (len(tables_of(2023)), len(tables_of(2024)), len(tables_of(2027))) == (10, 11, 12)


def test_nothing_happens_after_the_last_day_or_before_birth(life: Life) -> None:
    care, need = life.care, life.need
    for rows, name in (
        (care.episodes, "began"),
        (life.reviews, "held"),
        (life.missing, "began"),
        (need.assessments, "began"),
        (need.enquiries, "began"),
        (need.protection, "began"),
        (need.conferences, "held"),
        (life.allocations, "began"),
    ):
        assert rows[name].max() <= life.as_of, name
    assert (care.episodes["began"] >= care.children["born"][care.episodes["child"]]).all()
    assert (need.cases["referred"] >= need.cases["born"]).all()


def test_who_is_in_care_has_an_open_case_and_a_worker_in_post(life: Life) -> None:
    now = life.care.periods.where(life.care.periods["ended"] == OPEN)
    cases = life.need.cases
    assert set(now["child"]) <= set(cases["child"][cases["closed"] == OPEN])
    carried = life.allocations.where(life.allocations["ended"] == OPEN)
    assert set(now["child"]) <= set(carried["child"])
    assert in_post(life.staff.workers, life.as_of)[carried["worker"]].all()
    assert len(np.unique(carried["case"])) == len(carried), "one worker has a case at a time"


def test_a_post_has_one_holder_at_a_time_and_no_gap(life: Life) -> None:
    held = life.staff.held
    same = held["post"][1:] == held["post"][:-1]
    assert (held["ended"][:-1][same] == held["began"][1:][same]).all()
    assert (held["ended"][~np.append(same, False)] == OPEN).all()


def test_some_workers_move_from_one_council_to_the_next() -> None:
    people = [Life(c, AS_OF, in_care=60).staff.workers for c in ("durham", "redcar_and_cleveland", "south_tyneside")]
    here, there = people[0], people[1]
    shared = np.intersect1d(here["swe"], there["swe"])
    assert len(shared) >= 1
    for swe in shared:
        (left,), (came,) = here.where(here["swe"] == swe)["ended"], there.where(there["swe"] == swe)["began"]
        assert came - left == 14
        assert here["born"][here["swe"] == swe] == there["born"][there["swe"] == swe]


def test_a_day_earlier_in_the_same_life_is_told_as_it_was_known_then(life: Life) -> None:
    early = truth_of(life, date(2025, 9, 30))
    late = truth_of(life, AS_OF)
    assert early["CIN02n"] < late["CIN02n"]
    assert early["CLA01n"] != 0


def truth_of(life: Life, until: date) -> dict[str, float | None]:
    from socialcare.generate import truth_care, truth_need

    span = year_to_march(2026, until)
    return {f.indicator: f.value for f in (*truth_care.figures(life, span), *truth_need.figures(life, span))}


def test_the_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write_everything("durham", tmp_path / n, AS_OF, 2026, in_care=15) for n in ("a", "b"))
    files = [sorted(p for p in folder.rglob("*") if p.is_file()) for folder in (tmp_path / "a", tmp_path / "b")]
    assert len(files[0]) == len(files[1]) >= 30
    assert set(one) == set(two)
    for first, second in zip(*files, strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_what_is_asked_first_changes_nothing() -> None:
    one, two = (Life("durham", AS_OF, 7, 20) for _ in range(2))
    _ = one.practice, one.care
    _ = two.care
    assert [f.value for f in truth(one, 2026)] == [f.value for f in truth(two, 2026)]


def test_a_very_large_council_comes_in_parts_that_share_no_child() -> None:
    made = list(parts("durham", AS_OF, 1, 80_001))
    assert [life.in_care for life in made] == [40_000, 40_000, 1]
    names = [set(Life("durham", AS_OF, 1, 5, named_from=n * 150_000).care.children["id"]) for n in range(2)]
    assert not names[0] & names[1]


def test_there_are_more_than_two_hundred_kinds_of_defect_each_with_its_own_name() -> None:
    assert len({d.name for d in DEFECTS}) == len(DEFECTS) >= 200
    assert len({d.name for d in CENSUS_DEFECTS}) == len(CENSUS_DEFECTS) >= 90


def test_a_planted_defect_of_the_census_is_on_the_line_of_its_element(tmp_path: Path) -> None:
    made = write_census(Life("durham", AS_OF, in_care=5), 2026, tmp_path / "census.xml")
    lines = made.path.read_text(encoding="utf-8").splitlines()
    tags = {
        **{"children": "<Child>", "disabilities": "<Disability>", "cin_details": "<CINdetails>"},
        **{"assessments": "<Assessments>", "assessment_factors": "<AssessmentFactors>", "cin_plans": "<CINPlanDates>"},
        **{"section47": "<Section47>", "cp_plans": "<ChildProtectionPlans>", "cp_reviews": "<CPPreviewDate>"},
    }
    assert len({p.name for p in made.planted}) == len([d for d in CENSUS_DEFECTS if d.applies(2026)])
    assert all(lines[p.line - 1].startswith(tags[p.table]) for p in made.planted)


def test_a_planted_defect_of_the_workforce_is_on_the_line_of_its_worker(tmp_path: Path) -> None:
    made = write_workforce(Life("durham", AS_OF, in_care=5), 2025, tmp_path / "workforce.xml")
    lines = made.path.read_text(encoding="utf-8").splitlines()
    assert {lines[p.line - 1] for p in made.planted} == {"<CSWWWorker>"}
    assert {p.name for p in made.planted} == {d.name for d in WORKER_DEFECTS}


def test_the_workforce_census_is_of_the_last_september_known() -> None:
    span = year_to_september(2025)
    assert days_as_text(np.array([span.begins, span.ends])).tolist() == ["01/10/2024", "30/09/2025"]
