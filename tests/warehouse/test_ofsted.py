"""Ofsted's releases of five years, through landing and models: what is in force, what was corrected, and why not.

The workbooks are small. Rows of Durham, Staffordshire, City of London, Bury and both Dorsets are as published in the
releases named; rows of 2026 and later are invented, as no such file had been seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests import ofsted_books as books
from tests.ofsted_books import FOCUSED, MONITORING, NAMES, RI, SHORT, STANDARD, G, I, O, Seen

from socialcare.database import connect
from socialcare.registry import source
from socialcare.settings import get_settings
from socialcare.steps.night import ingest_source
from socialcare.warehouse import dbt

OFSTED = source("ofsted_inspection_outcomes")
MARTS = ("ofsted_judgements", "ofsted_judgement_versions", "ofsted_visits", "ofsted_earlier_judgements")

# Dates and grades from the releases of 2024 and 2025 and the reports themselves.
DURHAM = (
    Seen("Durham", "E06000047", "2019-09-09", "2019-10-21", STANDARD, (RI, RI, RI, G, "")),
    Seen("Durham", "E06000047", "2022-05-09", "2022-07-05", STANDARD, (G, O, G, G, "")),
    Seen("Durham", "E06000047", "2025-03-24", "2025-05-13", SHORT, (O, O, G, O, O)),
)
# The release of 2025 says that the care leavers' grade of 2024 was an error of input.
STAFFORDSHIRE = Seen("Staffordshire", "E10000028", "2023-11-06", "2024-01-12", SHORT, (RI, RI, RI, G, G))
CORRECTED = Seen("Staffordshire", "E10000028", "2023-11-06", "2024-01-12", SHORT, (RI, RI, RI, G, RI))
CUMBERLAND = Seen("Cumberland", "E06000063", "Not yet inspected", "", "")
CUMBERLAND_2024 = Seen("Cumberland", "E06000063", "2024-10-07", "2024-11-26", STANDARD, (G, G, RI, G, G))
NORTHAMPTONSHIRE = Seen(
    *("Northamptonshire", "E10000021", "2019-06-24", "2019-07-29", STANDARD, (I, RI, I, I, "")),
    status="No longer exists",
)
BURY_VISIT = Seen("Bury", "E08000002", "2023-11-01", "", MONITORING, theme="Care leavers")
DURHAM_VISIT = Seen("Durham", "E06000047", "2023-11-14", "", FOCUSED, theme="Care leavers")
# Invented from here.
HARTLEPOOL = (
    Seen("Hartlepool", "E06000001", "2024-03-18", "2024-05-16", SHORT, (O, O, O, O, G)),  # this one is true
    Seen("Hartlepool", "E06000001", "2026-05-11", "2026-06-30", STANDARD, ("", G, RI, G, G)),
)
BARNSLEY = Seen("Barnsley", "E08000038", "2026-03-30", "2026-05-20", SHORT, (G, G, G, G, G))
RUTLAND = Seen("Rutland", "E06000017", "Not yet inspected", "Not yet inspected", "")
VISITED = Seen("Hartlepool", "E06000001", "2026-12-02", "2027-01-11", FOCUSED, theme="Front door")
#: A release is compared with the one before it: each has these rows, so that none changes by half.
BYSTANDERS = [
    Seen(name, code, "2020-01-13", "2020-03-05", STANDARD, (G, G, G, G, ""))
    for name, code in (
        ("Darlington", "E06000005"),
        ("Gateshead", "E08000037"),
        ("Middlesbrough", "E06000002"),
        ("Newcastle upon Tyne", "E08000021"),
        ("North Tyneside", "E08000022"),
        ("Northumberland", "E06000057"),
        ("Stockton-on-Tees", "E06000004"),
        ("Sunderland", "E08000024"),
    )
]


def workbooks() -> dict[str, bytes]:
    blank = [""] * 10
    london = ["City of London", "London", "London Borough", "2012-04-17", G, G, *blank]
    london += ["2016-09-20", G, G, G, " -", G, O, O]
    durham = ["Durham", "North East, Yorkshire and The Humber", "Unitary", "2012-01-25", O, G, *blank]
    durham += ["2016-05-16", RI, RI, RI, G, G, RI, G]
    dorset = [
        "Dorset",
        "South West",
        "Shire County",
        "2011-10-28",
        G,
        G,
        *blank,
        "2016-05-23",
        RI,
        RI,
        RI,
        G,
        RI,
        RI,
        I,
    ]
    others = BYSTANDERS
    history = [*DURHAM, CORRECTED, CUMBERLAND_2024, NORTHAMPTONSHIRE, HARTLEPOOL[0], *others]
    new_dorset = ["Dorset", "South West", "Unitary"]
    return {
        "2023": books.book_2023(others, london, durham, new_dorset, abolished=(dorset,)),
        "2024": books.book_2024(
            [DURHAM[1], STAFFORDSHIRE, CUMBERLAND, HARTLEPOOL[0], *others],
            [STAFFORDSHIRE, BURY_VISIT, DURHAM_VISIT, *others],
            [DURHAM[:2], (STAFFORDSHIRE,), (HARTLEPOOL[0],), *((other,) for other in others)],
        ),
        "2025": books.book_2025(
            [DURHAM[2], CORRECTED, CUMBERLAND_2024, HARTLEPOOL[0], *others], [DURHAM[2], *others], history
        ),
        "2027": books.book_2025(
            [DURHAM[2], CORRECTED, HARTLEPOOL[1], BARNSLEY, RUTLAND, *others],
            [HARTLEPOOL[1], VISITED, *others],
            [*history, HARTLEPOOL[1], BARNSLEY],
            excel=True,
        ),
    }


@pytest.fixture(scope="module", autouse=True)
def five_years(module_warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A local mirror of the workbooks, landed and built once for this module."""
    mirror = tmp_path_factory.mktemp("published")
    for release, content in workbooks().items():
        folder = mirror / OFSTED.mirror.folder / release
        folder.mkdir(parents=True)
        (folder / NAMES[release]).write_bytes(content)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOCIALCARE_SOURCES", "mirror")
        environment.setenv("SOCIALCARE_PUBLISHED", str(mirror))
        get_settings.cache_clear()
        ingest_source("night-1", OFSTED.id)
        environment.setenv("DBT_INDIRECT_SELECTION", "cautious")  # no test of a model that is not built here
        environment.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "unit_test")  # whole builds run them
        dbt.build(" ".join(f"+{mart}" for mart in MARTS))
        yield
    get_settings.cache_clear()


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query.encode(), values).fetchall()


def judged(council: str) -> list[tuple[Any, ...]]:
    return rows(
        "select inspection_start_date::text, overall_effectiveness, overall_effectiveness_status, is_current"
        " from marts.ofsted_judgements where council_name = %s and visit_theme is null order by 1",
        council,
    )


def test_durham_was_told_to_improve_in_2019_and_good_in_2022_whatever_came_later() -> None:
    assert judged("Durham") == [
        ("2019-09-09", RI, "made", False),
        ("2022-05-09", G, "made", False),
        ("2025-03-24", O, "made", True),
    ]


def test_an_inspection_after_the_reform_has_no_overall_grade_and_says_why() -> None:
    assert judged("Hartlepool") == [
        ("2024-03-18", O, "made", False),
        ("2026-05-11", None, "not_made_post_reform", True),
    ]
    found = rows(
        "select leaders, help_and_protection, in_care, care_leavers, care_leavers_status from marts.ofsted_judgements"
        " where inspection_start_date = '2026-05-11'"
    )
    assert found == [(G, RI, G, G, "made")]
    assert judged("Barnsley") == [("2026-03-30", G, "made", True)]  # begun before the reform, published after it


def test_a_correction_in_a_later_file_wins_and_the_earlier_is_kept() -> None:
    found = rows("select care_leavers, release_id from marts.ofsted_judgements where council_name = 'Staffordshire'")
    assert found == [(RI, "ofsted_inspection_outcomes/2027")]
    found = rows(
        "select distinct release, care_leavers, differs_from_latest from marts.ofsted_judgement_versions"
        " where council_name = 'Staffordshire' order by 1"
    )
    assert found == [("2024", G, True), ("2025", RI, False), ("2027", RI, False)]


def test_a_release_that_gives_only_the_reports_day_speaks_of_the_same_inspection() -> None:
    found = rows(
        "select release, sheet, inspection_start_date::text, publication_date::text"
        " from marts.ofsted_judgement_versions where inspection_id = 'E06000047/2019-09-09' order by 1"
    )
    assert found == [
        ("2024", "history", None, "2019-10-21"),
        ("2025", "history", "2019-09-09", "2019-10-21"),
        ("2027", "history", "2019-09-09", "2019-10-21"),
    ]


def test_a_council_that_awaits_its_first_inspection_has_a_row_that_says_so() -> None:
    assert judged("Rutland") == [(None, None, "not_yet_inspected", False)]
    assert judged("Cumberland") == [("2024-10-07", G, "made", True)]  # awaited it in 2024


def test_a_council_that_no_longer_exists_keeps_its_inspections() -> None:
    found = rows(
        "select council_code, overall_effectiveness from marts.ofsted_judgements where council_code = 'E10000021'"
    )
    assert found == [("E10000021", I)]


def test_visits_stand_apart_by_kind_and_theme() -> None:
    found = rows("select council_name, visit_date::text, visit_kind, visit_theme from marts.ofsted_visits order by 2")
    assert found == [
        ("Bury", "2023-11-01", "monitoring", "Care leavers"),
        ("Durham", "2023-11-14", "focused", "Care leavers"),
        ("Hartlepool", "2026-12-02", "focused", "Front door"),
    ]
    found = rows("select distinct is_current from marts.ofsted_judgements where overall_effectiveness_status = 'visit'")
    assert found == [(False,)]


def test_earlier_frameworks_are_kept_apart_with_todays_code_or_none() -> None:
    found = rows(
        "select council_code, current_council_code, council_status, framework, judgement, judgement_status, source_line"
        " from marts.ofsted_earlier_judgements where framework = 'SIF'"
        " and judgement_name in ('Overall effectiveness', 'Adoption performance') order by council_code, judgement_name"
    )
    assert found == [
        ("E06000047", "E06000047", "current", "SIF", G, "made", 7),
        ("E06000047", "E06000047", "current", "SIF", RI, "made", 7),
        ("E09000001", "E09000001", "current", "SIF", None, "not_made", 6),
        ("E09000001", "E09000001", "current", "SIF", G, "made", 6),
        ("E10000009", None, "abolished", "SIF", G, "made", 20),
        ("E10000009", None, "abolished", "SIF", RI, "made", 20),
    ]
    assert (
        rows("select 1 from marts.ofsted_earlier_judgements where council_code = 'E06000059'") == []
    )  # today's Dorset
    assert rows("select distinct framework from marts.ofsted_earlier_judgements order by 1") == [
        ("LSCB review",), ("SIF",), ("SLAC",),
    ]  # fmt: skip
