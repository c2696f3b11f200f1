"""Ofsted's workbooks, form by form: what each sheet holds, and what stops a form that nobody declared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests import ofsted_books as books
from tests.ofsted_books import FOCUSED, MONITORING, NAMES, RI, SHORT, STANDARD, G, I, O, Seen

from socialcare.errors import Fault
from socialcare.land.parse import Parsed, parse
from socialcare.registry import source

OFSTED = source("ofsted_inspection_outcomes")
#: As published in "Local authority inspection outcomes as at 31 March 2025", the first rows of its sheets.
BARNET_2019 = Seen("Barnet", "E09000003", "2019-05-13", "2019-07-01", STANDARD, (G, G, G, G, ""))
BARNET_2024 = Seen("Barnet", "E09000003", "2024-06-10", "2024-07-23", SHORT, (G, G, G, O, G))
BATH_VISIT = Seen(
    *("Bath and North East Somerset", "E06000022", "2024-12-04", "2025-01-13", FOCUSED), theme="Care leavers"
)
BRADFORD_VISIT = Seen("Bradford", "E08000032", "2025-02-11", "2025-03-13", MONITORING, theme="Children in care")
#: Invented: an inspection after the reform, without an overall judgement.
REFORMED = Seen("Barnet", "E09000003", "2026-05-11", "2026-06-30", STANDARD, ("", G, RI, G, I))
AWAITING = Seen("Cumberland", "E06000063", "Not yet inspected", "", "")


def read(table: str, release: str, content: bytes) -> Parsed:
    return parse(OFSTED, table, release, NAMES[release], content)


def column(parsed: Parsed, name: str) -> list[str | None]:
    return [row[parsed.columns.index(name)] for row in parsed.rows]


def grades(parsed: Parsed) -> list[tuple[str | None, ...]]:
    names = ("overall_effectiveness", "leaders", "help_and_protection", "in_care", "care_leavers")
    return list(zip(*(column(parsed, name) for name in names), strict=True))


@pytest.mark.parametrize("release", ["2025", "2026"])
def test_the_long_form_gives_codes_and_both_dates(release: str) -> None:
    book = books.book_2025([BARNET_2024], [BATH_VISIT, BRADFORD_VISIT], [BARNET_2019, BARNET_2024])
    as_at, history = read("as_at", release, book), read("inspection_history", release, book)
    assert as_at.lines == [4]
    assert grades(as_at) == [(G, G, G, O, G)]
    assert column(history, "la_code") == ["E09000003", "E09000003"]
    assert column(history, "inspection_date") == ["2019-05-13", "2024-06-10"]
    assert column(history, "publication_date") == ["2019-07-01", "2024-07-23"]
    assert grades(history)[0] == (G, G, G, G, None)


def test_visits_have_a_theme_and_no_grade() -> None:
    parsed = read("in_year", "2025", books.book_2025([BARNET_2024], [BATH_VISIT, BRADFORD_VISIT], [BARNET_2024]))
    assert column(parsed, "inspection_type") == [FOCUSED, MONITORING]
    assert column(parsed, "visit_theme") == ["Care leavers", "Children in care"]
    assert grades(parsed) == [(None,) * 5] * 2


@pytest.mark.parametrize("excel", [False, True])
def test_a_file_that_mixes_inspections_with_and_without_an_overall_grade_is_read(excel: bool) -> None:
    book = books.book_2025([REFORMED, AWAITING], [REFORMED], [BARNET_2024, REFORMED], excel=excel)
    assert grades(read("inspection_history", "2027", book)) == [(G, G, G, O, G), (None, G, RI, G, I)]
    assert column(read("as_at", "2027", book), "inspection_date") == ["2026-05-11", "Not yet inspected"]


def test_a_file_without_the_column_of_overall_grades_is_read() -> None:
    book = books.book_2025([REFORMED], [REFORMED], [REFORMED], without="Overall effectiveness")
    for table in ("as_at", "in_year", "inspection_history"):
        parsed = read(table, "2027", book)
        assert "overall_effectiveness" not in parsed.columns
        assert column(parsed, "leaders") == [G]


@pytest.mark.parametrize("word", ["Adequate", "Secure"])
def test_a_judgement_that_the_framework_does_not_know_stops_the_file_by_name(word: str) -> None:
    wrong = Seen("Barnet", "E09000003", "2026-05-11", "2026-06-30", STANDARD, ("", G, word, G, G))
    with pytest.raises(Fault, match=word) as raised:
        read("inspection_history", "2027", books.book_2025([wrong], [wrong], [wrong]))
    assert raised.value.name == "value_unknown"
    assert "help_and_protection" in raised.value.where
    assert "ofsted_inspection_outcomes.yml" in raised.value.remedy


def test_a_new_kind_of_visit_stops_the_file_by_name() -> None:
    joint = Seen("Barnet", "E09000003", "2026-05-11", "2026-06-30", "JTAI", theme="Front door")
    with pytest.raises(Fault, match="JTAI") as raised:
        read("in_year", "2026", books.book_2025([BARNET_2024], [joint], [BARNET_2024]))
    assert raised.value.name == "value_unknown"


def test_headings_with_line_breaks_inside_a_second_table_and_dashes_are_read() -> None:
    # As published in "Children's social care data in England 2023", sheet LA_inspections_2009-2023.
    blank = [""] * 10
    london = ["City of London", "London", "London Borough", "2012-04-17", G, G, *blank]
    london += ["2016-09-20", G, G, G, " -", G, O, O]
    dorset = ["Dorset", "South West", "Shire County", "2011-10-28", G, G, *blank]
    dorset += ["2016-05-23", RI, RI, RI, G, RI, RI, I]
    parsed = read("history", "2023", books.book_2023([], london, abolished=(dorset,)))
    assert column(parsed, "la_name") == ["City of London", "Dorset"]
    assert column(parsed, "table_part") == ["1", "2"]
    assert column(parsed, "sif_publication_date") == ["2016-09-20", "2016-05-23"]
    assert column(parsed, "sif_adoption") == ["-", G]
    assert column(parsed, "lscb_overall") == [O, I]


@pytest.mark.parametrize(
    ("release", "kinds"),
    [
        # Counted from the workbooks: focused and monitoring visits, short and standard inspections.
        ("2023", [36, 24, 13, 38]),
        ("2024", [37, 28, 19, 23]),
    ],
)
def test_the_year_has_the_counted_inspections_and_visits(published: Path, release: str, kinds: list[int]) -> None:
    path = published / OFSTED.mirror.folder / release / NAMES[release]
    parsed = read("in_year", release, path.read_bytes())
    counts = Counter(column(parsed, "inspection_type"))
    assert [counts[kind] for kind in (FOCUSED, MONITORING, SHORT, STANDARD)] == kinds
    for kind, theme, judged in zip(
        column(parsed, "inspection_type"), column(parsed, "visit_theme"), grades(parsed), strict=True
    ):
        is_visit = kind in (FOCUSED, MONITORING)
        assert (theme is not None) == is_visit
        assert (judged[0] is None) == is_visit
