"""Each check on made-up documents: what it finds, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from socialcare.claims import agree, dates, direction, labels, names, shares, vintage, wording
from socialcare.claims.model import (
    Book,
    Claim,
    Comparison,
    Document,
    Judgement,
    Measure,
    Published,
    Statement,
    ThingInUse,
)

TOWN, REGION = "T1", "R1"


def claim(number: int, value: str | None, **given: Any) -> Claim:
    made: dict[str, Any] = {"measure": "rate", "kind": "rate", "unit": "per 10,000", "area_code": TOWN, **given}
    return Claim(f"d:{number}", "d", made.pop("line", number), made.pop("measure"), value and Decimal(value), **made)  # type: ignore[arg-type]


def year(number: int, value: str, end: int, **given: Any) -> Claim:
    return claim(number, value, period=str(end), period_end=f"{end}-03-31", **given)


def book(*claims: Claim, **given: Any) -> Book:
    return Book(claims=claims, part_of={TOWN: REGION}, **given)


def classes(found: list[Any]) -> list[str]:
    return [each.class_ for each in found]


def compared(words: str, *claims: Claim) -> Book:
    return book(*claims, comparisons=(Comparison("d", 1, "d:1", "d:2", words),))


def test_one_figure_with_two_values_is_inconsistent_and_a_rounded_one_is_not() -> None:
    assert classes(agree.stated_twice(book(year(1, "61.6", 2015), year(2, "63", 2015)))) == ["inconsistent"]
    assert agree.stated_twice(book(year(1, "61.6", 2015), year(2, "62", 2015))) == []


def test_two_values_that_two_releases_gave_are_a_revision() -> None:
    releases = tuple(
        Published("rate", TOWN, "2015-03-31", name, Decimal(value)) for name, value in (("a", "61"), ("b", "63"))
    )
    told = book(year(1, "61", 2015), year(2, "63", 2015), published=releases)
    assert classes(agree.stated_twice(told)) == ["vintage"]


def test_a_town_and_its_region_with_one_figure_on_one_line_are_an_error() -> None:
    one, two = year(1, "101", 2015, line=9), year(2, "101", 2015, line=9, area_code=REGION)
    assert classes(agree.one_value_for_two_areas(book(one, two))) == ["error"]
    assert agree.one_value_for_two_areas(book(one, replace(two, area_code="T2"))) == []  # two towns may be alike
    assert agree.one_value_for_two_areas(book(one, replace(two, line=10))) == []


def test_two_measures_that_share_two_figures_are_one_of_them_mislabelled() -> None:
    told = [year(1, "65.3", 2014), year(2, "67.1", 2019)]
    other = [year(3, "65.3", 2014, measure="other"), year(4, "67.1", 2019, measure="other")]
    assert classes(agree.one_series_for_two(book(*told, *other))) == ["inconsistent"]
    assert agree.one_series_for_two(book(*told, other[0])) == []


def test_a_goal_starts_from_a_figure_of_its_series() -> None:
    goal = claim(9, "24", kind="baseline")
    assert classes(agree.start_of_a_plan(book(goal, year(1, "27", 2014)))) == ["inconsistent"]
    assert agree.start_of_a_plan(book(goal, year(1, "24", 2014))) == []


@pytest.mark.parametrize(
    ("words", "one", "two", "expected"),
    [
        ("higher than", "101", "83", ["error"]),
        ("lower than", "101", "83", []),
        ("rose", "17", "23", []),
        ("fell", "17", "23", ["error"]),
        ("increased", "17", "17", ["error"]),
        ("no change", "40", "44", ["inconsistent"]),
        ("similar", "91", "87", []),
        ("was discussed", "1", "2", []),
    ],
)
def test_words_are_held_against_the_sign(words: str, one: str, two: str, expected: list[str]) -> None:
    assert classes(direction.against_the_sign(compared(words, claim(1, one), claim(2, two)))) == expected


def test_what_is_better_decides_whether_it_improved() -> None:
    told = compared("improved", claim(1, "17"), claim(2, "23"))
    assert direction.against_the_sign(told) == []  # nothing says what is better
    told = replace(told, measures={"rate": Measure("rate", better="down")})
    assert classes(direction.against_the_sign(told)) == ["error"]


def test_a_rise_told_over_a_peak_is_misleading_and_over_a_slope_is_not() -> None:
    told = compared("risen", year(1, "46.5", 2016), year(2, "67.1", 2019), year(3, "78.1", 2018))
    assert classes(direction.over_a_turn(told)) == ["misleading"]
    told = compared("risen", year(1, "46.5", 2016), year(2, "67.1", 2019), year(3, "55.0", 2018))
    assert direction.over_a_turn(told) == []


def test_steadily_means_every_year() -> None:
    ends = year(1, "27", 2014), year(2, "17", 2016)
    assert direction.not_steady(compared("steadily fell", *ends, year(3, "20", 2015))) == []
    assert classes(direction.not_steady(compared("steadily fell", *ends, year(3, "28", 2015)))) == ["misleading"]


def test_a_conclusion_that_stops_before_the_figures_do_is_stale() -> None:
    told = compared("rose", year(1, "60", 2015), year(2, "68", 2016), year(3, "83", 2019))
    assert classes(direction.stops_early(told)) == ["stale"]
    goes_on = Comparison("d", 1, "d:2", "d:3", "rose")
    assert direction.stops_early(replace(told, comparisons=(*told.comparisons, goes_on))) == []


def answers(*parts: tuple[str, str, str], base: str | None = None) -> list[Claim]:
    """Return a row of answers: name, percentage and count of each."""
    given: dict[str, Any] = {
        "measure": "q",
        "item": "x",
        "whole": "Table 9: x",
        "base": base and Decimal(base),
        "period": "2019",
    }
    made = []
    for place, (name, share, count) in enumerate(parts):
        made.append(
            claim(2 * place + 1, share, kind="percentage", unit="%", category=name, column_number=place, **given)
        )
        made.append(
            claim(2 * place + 2, count, kind="count", unit="answers", category=name, column_number=place, **given)
        )
    return made


AGREES = (("yes", "60", "6"), ("no", "40", "4"))


def test_percentages_are_held_against_their_counts_sum_and_base() -> None:
    right = book(*answers(*AGREES, base="10"))
    assert shares.against_counts(right) == shares.parts_of_a_whole(right) == shares.stated_base(right) == []
    dropped = book(*answers(("yes", "60", "6"), ("no", "40", "1"), base="10"))
    assert classes(shares.against_counts(dropped)) == ["inconsistent"]
    assert classes(shares.stated_base(dropped)) == ["inconsistent"]
    assert classes(shares.parts_of_a_whole(book(*answers(("yes", "60", "6"), ("no", "45", "4"))))) == ["inconsistent"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("60", []), ("64", ["inconsistent"]), ("59", ["inconsistent"])],
)
def test_the_text_is_held_against_its_table(value: str, expected: list[str]) -> None:
    told = claim(99, value, measure="q", item="x", category="yes", kind="percentage", unit="%", period="2019")
    assert classes(shares.text_against_table(book(*answers(*AGREES), told))) == expected


def test_rounded_shares_added_are_told_apart_from_a_wrong_figure() -> None:
    """26 and 46 make 72; (49 + 86) of 189 is 71.4%: both are in use, neither is an error."""
    row = answers(("a", "26", "49"), ("b", "46", "86"), ("c", "29", "54"))
    for value, expected in (("71", "rounding"), ("72", "rounding"), ("74", "inconsistent")):
        told = claim(99, value, measure="q", item="x", category="a + b", kind="percentage", unit="%", period="2019")
        assert classes(shares.text_against_table(book(*row, told))) == [expected]


def test_a_table_cannot_count_more_answers_than_there_were() -> None:
    for stated, expected in (("9", ["error"]), ("10", [])):
        told = claim(99, stated, measure="n", kind="count", unit="responses")
        assert classes(shares.base_above_the_answers(book(*answers(*AGREES), told))) == expected


def test_an_open_band_that_holds_most_answers_is_suspect() -> None:
    assert classes(shares.an_open_end(book(*answers(("1 to 5", "30", "3"), ("More than 5", "70", "7"))))) == ["suspect"]
    assert shares.an_open_end(book(*answers(("1 to 5", "70", "7"), ("More than 5", "30", "3")))) == []


def test_two_columns_with_one_heading_are_an_error() -> None:
    heads = [
        claim(n, "1", table_label="Table 5", column_label=name, column_number=n)
        for n, name in ((1, "Good"), (2, "Good"))
    ]
    assert classes(labels.duplicate_heading(book(*heads))) == ["error"]
    assert labels.duplicate_heading(book(heads[0], replace(heads[1], column_label="Bad"))) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"called": "number"}, ["error"]),
        ({"unit": ""}, ["format"]),
        ({"unit": "%"}, ["error"]),
        ({"kind": "count", "unit": "%"}, ["error"]),
        ({"kind": "count", "unit": "children"}, []),
        ({"kind": "count", "unit": "children", "called": "rate"}, ["error"]),
        ({"kind": "percentage", "unit": "per 10,000"}, ["error"]),
        ({"kind": "money", "unit": "%"}, ["error"]),
    ],
)
def test_a_unit_fits_the_figure_and_what_it_is_called(given: dict[str, Any], expected: list[str]) -> None:
    assert classes(labels.unit(book(claim(1, "61.6", **given)))) == expected


def test_a_figure_beyond_what_the_measure_can_be_is_an_error() -> None:
    assert classes(labels.bounds(book(claim(1, "163", kind="percentage", unit="%")))) == ["error"]
    known = {"rate": Measure("rate", maximum=Decimal(400))}
    assert labels.bounds(book(claim(1, "83"), measures=known)) == []
    assert classes(labels.bounds(book(claim(1, "830"), measures=known))) == ["error"]


def test_a_label_of_one_day_over_figures_of_a_year_is_misleading() -> None:
    for said, expected in (("stock", ["misleading"]), ("flow", [])):
        told = Statement("d", 1, "label", "rate", "period type", said)
        known = {"rate": Measure("rate", period_type="flow")}
        assert classes(labels.stock_or_flow(book(claim(1, "5"), statements=(told,), measures=known))) == expected


@pytest.mark.parametrize(("value", "expected"), [("1391", ["weak_evidence"]), ("1400", []), ("1000", [])])
def test_over_is_not_said_of_an_exact_count(value: str, expected: list[str]) -> None:
    told = claim(1, value, kind="count", unit="forms", qualifier="over")
    assert classes(labels.words_beside_a_count(book(told))) == expected


@pytest.mark.parametrize(
    ("words", "value", "expected"),
    [("many", "41", ["tension"]), ("a majority", "77", []), ("almost half", "46", []), ("half", "61", ["tension"])],
)
def test_words_of_quantity_are_held_against_the_statistic(words: str, value: str, expected: list[str]) -> None:
    """Inspectors wrote that many care leavers were in work or learning; the statistic was 41%."""
    told = claim(1, value, kind="percentage", unit="%", qualifier=words)
    assert classes(labels.words_beside_a_share(book(told))) == expected


def test_one_role_with_two_names_and_one_state_told_twice_are_found() -> None:
    told = [Statement("d", n, kind, "x", "y", value) for n, kind, value in ((1, "name", "a"), (2, "name", "b"))]
    assert classes(names.said_two_ways(book(statements=tuple(told)))) == ["inconsistent"]
    assert names.said_two_ways(book(statements=(told[0], replace(told[1], value="a")))) == []
    assert names.said_two_ways(book(statements=(told[0], replace(told[1], document="e")))) == []


def test_an_acronym_that_is_another_with_letters_swapped_is_a_slip() -> None:
    told = (Statement("d", 1, "acronym", "VSC", "used"), Statement("d", 2, "acronym", "VCS", "explained", "Sector"))
    assert classes(names.unknown_acronym(book(statements=told))) == ["typo"]
    told = (Statement("d", 1, "acronym", "OPS", "used"), told[1])
    assert names.unknown_acronym(book(statements=told)) == []


def dated(number: int, measure: str, on: str) -> Claim:
    return claim(number, None, measure=measure, kind="date", unit="", value_text=on)


def test_a_date_lies_in_its_window_and_before_its_document() -> None:
    known = {"visit": Measure("visit", not_before="began", not_after="ended")}
    window = dated(8, "began", "2019-07"), dated(9, "ended", "2019-12")
    for on, expected in (("2019-07", []), ("2018-11", ["inconsistent"]), ("2020-01", ["inconsistent"])):
        told = book(dated(1, "visit", on), *window, measures=known)
        assert classes(dates.outside_its_window(told)) == expected
    written = {"d": Document("d", "", "", "2020-09")}
    told = book(dated(1, "visit", "2020-12-17"), measures=known, documents=written)
    assert classes(dates.after_the_document(told)) == ["error"]


def test_a_framework_that_had_ended_is_an_error_and_a_programme_ended_since_is_stale() -> None:
    ended = ThingInUse("F", "Framework", "2013-11-01", "2017-12-31")
    for attribute, on, expected in (
        ("framework of an inspection", "2019-09", ["error"]),
        ("framework of an inspection", "2017-09", []),
        ("current", "2025", ["stale"]),
    ):
        told = Statement("d", 1, "in_use", "F", attribute, on_date=on)
        assert classes(dates.not_in_use(book(statements=(told,), things=(ended,)))) == expected


def test_a_judgement_is_stale_when_a_later_one_is_another() -> None:
    told = Statement("d", 1, "judgement", TOWN, "overall", "Good", "2022-05")
    first = Judgement(TOWN, "overall", "Good", "2022-05-09", "2022-07-05")
    later = Judgement(TOWN, "overall", "Outstanding", "2025-03-24", "2025-05-13")
    same = replace(later, grade="Good")
    for given, expected in (((first,), []), ((first, later), ["stale"]), ((first, same), [])):
        assert classes(dates.judgement_superseded(book(statements=(told,), judgements=given))) == expected
    wrong = replace(first, grade="Requires improvement")
    assert classes(dates.judgement_differs(book(statements=(told,), judgements=(wrong,)))) == ["error"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("85", "equal"),
        ("84", "vintage"),
        ("83", "vintage"),
        ("101", "different"),
        ("38", "different"),
        ("85.2", "equal"),
    ],
)
def test_a_revision_is_told_apart_from_an_error(value: str, expected: str) -> None:
    """A rate published as 83, then 84 and 85: the first release is not held, and 3% is what revisions make."""
    held = [
        Published("rate", TOWN, "2019-03-31", name, Decimal(each)) for name, each in (("2022", "84"), ("2023", "85"))
    ]
    assert vintage.verdict(year(1, value, 2019), held) == expected
    assert vintage.verdict(year(1, value, 2019), []) == "not_comparable"
    assert vintage.verdict(year(1, value, 2019, kind="target"), held) == "not_comparable"


def test_a_figure_far_out_of_its_own_series_is_suspect() -> None:
    """An absence rate of 0.1% between years of 1 to 4% (a workforce return of 2022)."""
    held = tuple(
        Published("rate", TOWN, f"{n}-03-31", "a", Decimal(v)) for n, v in zip(range(2018, 2023), "32143", strict=True)
    )
    assert classes(vintage.out_of_line(book(year(1, "0.1", 2023), published=held))) == ["suspect"]
    assert vintage.out_of_line(book(year(1, "1.9", 2023), published=held)) == []


def quoted(*quotes: str) -> Book:
    return Book(statements=tuple(Statement("d", line, "x", "x", "", quote=quote) for line, quote in enumerate(quotes)))


@pytest.mark.parametrize("words", ["independent upon each other", "Consistent to the plan", "different than"])
def test_a_word_beside_a_preposition_that_it_does_not_take_is_a_slip(words: str) -> None:
    found = wording.a_word_that_takes_another(quoted(words))
    assert classes(found) == ["typo"]
    assert found[0].needed


@pytest.mark.parametrize("words", ["independent of us", "dependent upon each other", "an independent panel"])
def test_a_word_beside_its_own_preposition_is_left_alone(words: str) -> None:
    assert wording.a_word_that_takes_another(quoted(words)) == []


@pytest.mark.parametrize("line", ["Staff\t•••••\t4", "Offer\t\t9)", "uatıon", "Deve\telopment"])
def test_a_line_that_a_scan_misread_waits_for_somebody_to_look(line: str) -> None:
    found = wording.misread_text(quoted("Staff, 4 of 10", line))
    assert [(each.class_, each.line) for each in found] == [("format", 1)]
    assert found[0].needed


@pytest.mark.parametrize("line", ["(see Table 1)", "- 1) We will", "72% (of 71)", "a year\tago", "• one point"])
def test_brackets_lists_and_columns_are_no_misreading(line: str) -> None:
    assert wording.misread_text(quoted(line)) == []
