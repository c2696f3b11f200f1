"""Every count and rate of the marts of workforce and practice is the planted truth. All of it made up."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from rich.console import Console

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.generate import Life, programme, truth
from socialcare.generate.life import year_to_march
from socialcare.generate.rows import OPEN
from socialcare.generate.truth import Figure
from socialcare.impact import show, store
from socialcare.quality import runner
from socialcare.registry import all_councils
from socialcare.registry.councils import council
from socialcare.settings import PROJECT_ROOT
from socialcare.warehouse import dbt, explain_practice, versions

from . import practised
from .delivered import rows
from .practised import AS_OF, YEAR

#: What makes the number of a day, counted from 1970-01-01, an ordinal.
EPOCH = date(1970, 1, 1).toordinal()
MARTS = ("workforce", "continuity", "audits", "supervision", "areas")
#: What is published here: the marts whose names begin so.
SHOWN = ("practice_", "annex_a_", "dim_practice_", "quality_deliveries")
#: The planted figure of each measure of the whole council.
PLANTED = {
    # the workforce census
    "sw_in_post_fte": "WF01", "sw_in_post": "WF01h", "sw_starters_fte": "WF02", "sw_leavers_fte": "WF03",
    "sw_turnover_pct": "WF04", "sw_vacancy_pct": "WF05", "sw_agency_pct": "WF06", "sw_absence_pct": "WF09",
    "sw_caseload": "WF10", "sw_under_2_years_pct": "WF11", "sw_case_holders_pct": "WF12",
    "sw_left_soon_pct": "WF13", "sw_agency": "PR_AGENCY", "sw_starters": "PR_STARTERS", "sw_leavers": "PR_LEAVERS",
    "sw_over_20_pct": "PR_OVER_20",
    # the council's own list of staff
    "staff_in_post": "PR_JOBS", "staff_in_post_fte": "PR_JOBS_FTE", "staff_agency_pct": "PR_JOBS_AGENCY",
    "staff_starters": "PR_JOBS_BEGUN", "staff_turnover_pct": "PR_JOBS_ENDED",
    "staff_under_2_years_pct": "PR_JOBS_SHORT", "staff_caseload": "PR_LED", "staff_over_20_pct": "PR_LED_OVER_20",
    # continuity
    "lead_changes": "PR_LEADS", "three_leads_pct": "EH06", "steps_told_pct": "EH04", "stepped_up_pct": "EH02",
    "stepped_down_pct": "EH03", "returned_6_months_pct": "PR_BACK_6", "returned_12_months_pct": "PR_BACK_12",
    "cin_seen_pct": "PR_SEEN_CIN", "cp_seen_pct": "PR_SEEN_CP", "cla_seen_pct": "PR_SEEN_CLA",
    "cp_reviews_pct": "CIN16", "cla_reviews_pct": "CLA14", "family_reviews_pct": "EH05",
    # audits
    "audits": "PR_AUDITS", "audits_good_pct": "QA01", "audit_family_pct": "QA02", "audit_voice_pct": "QA03",
    "moderation_agrees_pct": "QA04", "audit_actions_pct": "QA05", "audit_family_asked_pct": "PR_AUDIT_ASKED",
    "audit_with_practitioner_pct": "PR_AUDIT_WITH", "audit_answered_pct": "PR_AUDIT_ANSWERED",
    "audit_question_pct": "PR_AUDIT_YES", "audit_complete_pct": "PR_AUDIT_WHOLE",
    "audit_moderated_pct": "PR_MODERATED", "moderation_lower_pct": "PR_MODERATED_DOWN",
    "moderation_higher_pct": "PR_MODERATED_UP",
    # supervision, appraisal, learning
    "supervised_pct": "QA06", "supervision_interval_pct": "PR_SUPERVISION", "reflective_score": "PR_REFLECTIVE",
    "appraised_pct": "LD01", "appraisals_pct": "PR_APPRAISALS", "six_month_reviews_pct": "PR_SIX_MONTHS",
    "training_sessions": "PR_SESSIONS", "training_places": "PR_PLACES", "training_booked": "PR_BOOKED",
    "training_attended_pct": "LD03", "training_completed_pct": "LD03", "mandatory_pct": "PR_MANDATORY",
    "feedback_pct": "PR_FORMS", "feedback_liked_pct": "LD04", "confidence_rose_pct": "LD05",
    "confidence_change": "PR_CONFIDENCE", "asye_passed_pct": "LD02",
    # areas for improvement
    "interviews_72_hours_pct": "MIS04", "interviews_held_pct": "PR_MET",
    "interviews_refused_pct": "PR_REFUSED", "interviews_not_offered_pct": "PR_NOT_OFFERED",
    "short_break_days": "SB01", "short_break_waiting": "SB02", "short_break_waiting_days": "PR_WAITING",
    "pathway_plans_pct": "CL06",
}  # fmt: skip
#: Of parts of the council: mart, measure, breakdown, its value, and the planted figure.
PARTS = (
    ("continuity", "returned_6_months_pct", "closure", "RC9", "PR_BACK_6_RC9"),
    ("continuity", "returned_12_months_pct", "closure", "RC9", "PR_BACK_12_RC9"),
    ("audits", "audits", "grade", "OUT", "QA01_outstanding"),
    ("audits", "audits", "grade", "GOOD", "QA01_good"),
    ("audits", "audits", "grade", "RI", "QA01_requires"),
    ("audits", "audits", "grade", "INAD", "QA01_inadequate"),
)
#: What the returns of one council alone cannot show, or what is the other side of a figure that is tested.
NOT_PLANTED = {
    "sw_agency_fte": "the numerator of sw_agency_pct",
    "sw_vacancies_fte": "the numerator of sw_vacancy_pct",
    "sw_cover_pct": "numerator of sw_agency_pct over numerator of sw_vacancy_pct",
    "sw_from_region": "needs two councils: test_practice_workforce",
    "sw_absent": "nobody of so small a council is away",
    "sw_asye": "the census of 2025 does not ask: test_practice_workforce",
    "staff_leavers": "the numerator of staff_turnover_pct",
    "staff_away_pct": "the made-up records have no long absence: test_practice_workforce",
    "lead_changed": "the numerator of lead_changes",
    "steps_up": "the numerator of stepped_up_pct",
    "steps_down": "the numerator of stepped_down_pct, since each such step closes a case",
    "steps_agreed_pct": "the made-up steps are all agreed",
    "audits_own_good_pct": "IMP03 and IMP04 added up",
    "interviews_not_required_pct": "the made-up returns have none",
    "interviews_prompt_pct": "numerator of interviews_72_hours_pct over numerator of interviews_held_pct",
    **{f"sw_caseload_{name}": "has no numerator: below" for name in ("min", "q1", "median", "q3", "max")},
}

Figures = dict[tuple[str, str, str], tuple[float | None, float | None]]


def _life() -> Life:
    """A small council, and teams of early help enough to tell what a programme changed."""
    return Life("durham", AS_OF, None, 100, early_help_teams=40)


@pytest.fixture(scope="module")
def planted(module_warehouse: str) -> dict[str, Figure]:
    life = _life()
    practised.take(life, YEAR, YEAR - 1)
    practised.build()
    return {figure.indicator: figure for figure in truth(life, YEAR)}


@pytest.fixture(scope="module")
def figures(planted: dict[str, Figure]) -> Figures:
    """Numerator and denominator of each measure, breakdown and value, without quarters."""
    found: Figures = {}
    for mart in MARTS:
        for measure, breakdown, value, above, below in rows(
            "select measure, breakdown, breakdown_value, numerator, denominator"
            f" from marts.practice_{mart} where period_type <> 'quarter' order by period_end_date"
        ):
            found[measure, breakdown, value] = (_number(above), _number(below))
    return found


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _wanted(figure: Figure) -> tuple[float, float | None]:
    return figure.numerator, figure.denominator


def test_every_figure_of_the_whole_council_is_the_planted_truth(planted: dict[str, Figure], figures: Figures) -> None:
    wrong = {}
    for measure, indicator in PLANTED.items():
        wanted, found = _wanted(planted[indicator]), figures.get((measure, "council", "all"))
        if found is None and not wanted[0] and not wanted[1]:
            continue
        if found != pytest.approx(wanted, abs=1e-6):
            wrong[measure] = (found, wanted)
    assert wrong == {}


def test_every_measure_is_held_to_the_truth_or_says_why_not(figures: Figures) -> None:
    declared = {
        row[0] for row in rows("select measure from reference.practice_measures where mart <> 'practice_team_quarters'")
    }
    assert declared == set(PLANTED) | set(NOT_PLANTED)
    assert {measure for measure, *_ in figures} <= declared


def test_parts_are_the_planted_truth_and_add_up_to_the_whole(planted: dict[str, Figure], figures: Figures) -> None:
    for _, measure, breakdown, value, indicator in PARTS:
        assert figures.get((measure, breakdown, value), (0.0, None)) == _wanted(planted[indicator])
    counts = {measure for (measure, _, _), (above, below) in figures.items() if below is None and above is not None}
    whole = {"role", "team", "grade", "theme", "auditor", "origin", "job", "time_in_service", "decided_at", "service"}
    checked = 0
    for measure in counts:
        for breakdown in whole & {b for m, b, _ in figures if m == measure}:
            parts = [above or 0 for (m, b, _), (above, _) in figures.items() if (m, b) == (measure, breakdown)]
            assert sum(parts) == pytest.approx(figures[measure, "council", "all"][0]), (measure, breakdown)
            checked += 1
    assert checked >= 15


def test_what_is_the_other_side_of_a_figure_is_so(planted: dict[str, Figure], figures: Figures) -> None:
    whole = {measure: found for (measure, breakdown, _), found in figures.items() if breakdown == "council"}
    assert whole["sw_agency_fte"][0] == whole["sw_agency_pct"][0]
    assert whole["sw_vacancies_fte"][0] == whole["sw_vacancy_pct"][0]
    assert whole["sw_cover_pct"] == (whole["sw_agency_fte"][0], whole["sw_vacancies_fte"][0])
    assert whole["lead_changed"][0] == whole["lead_changes"][0]
    assert whole["steps_up"][0] == whole["stepped_up_pct"][0]
    assert whole["steps_down"][0] == whole["stepped_down_pct"][0]
    assert whole["staff_leavers"][0] == whole["staff_turnover_pct"][0]
    own = planted["IMP03"].numerator + planted["IMP04"].numerator
    assert whole["audits_own_good_pct"] == (own, planted["PR_AUDITS"].numerator)
    # Of those interviewed, as many were in time as of all who came home.
    assert whole["interviews_prompt_pct"] == (planted["MIS04"].numerator, planted["PR_MET"].numerator)


def test_the_spread_of_caseloads_is_the_planted_one(planted: dict[str, Figure]) -> None:
    found = dict(
        rows(
            "select measure, value from marts.practice_workforce"
            " where measure like 'sw_caseload_%' and breakdown = 'council'"
        )
    )
    wanted = {f"sw_caseload_{n.lower()}": planted[f"PR_CASES_{n}"].value for n in ("MIN", "Q1", "MEDIAN", "Q3", "MAX")}
    assert {name: float(value) for name, value in found.items()} == pytest.approx(wanted, abs=1e-6)


def test_quarters_add_up_to_the_year(figures: Figures) -> None:
    """Each quarter of the year, and no other: audits and supervision of the year, added up."""
    for mart, measure in (("audits", "audits_good_pct"), ("supervision", "reflective_score")):
        (row,) = rows(
            "select sum(numerator), sum(denominator), count(*), min(period_start_date)::text,"
            f" max(period_end_date)::text from marts.practice_{mart}"
            f" where measure = '{measure}' and period_type = 'quarter' and breakdown = 'council'"
            " and period_start_date >= '2025-04-01'"
        )
        assert (float(row[0]), float(row[1])) == figures[measure, "council", "all"]
        assert row[2:] == (4, "2025-04-01", "2026-03-31")


def test_an_interval_is_wilsons(figures: Figures) -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263, and 15 of 148."""
    macro = "select {} as low, {} as high"
    z = 1.959963984540054
    for above, below, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        side = "(2*{a}+{z}^2 {s} {z}*sqrt({z}^2+4*{a}*(1-{a}/{b}::float)))/(2*({b}+{z}^2))"
        found = rows(macro.format(*(side.format(a=above, b=below, z=z, s=sign) for sign in "-+")))
        assert [float(limit) for limit in found[0]] == pytest.approx([low, high], abs=5e-5)
    (row,) = rows(
        "select numerator, denominator, interval_low, interval_high from marts.practice_audits"
        " where measure = 'audits_good_pct' and breakdown = 'council' and period_type = 'year'"
        " and period_end_date = '2026-03-31'"
    )
    a, b = float(row[0]), float(row[1])
    wide = z * (z * z + 4 * a * (1 - a / b)) ** 0.5
    wanted = [100 * (2 * a + z * z + sign * wide) / (2 * (b + z * z)) for sign in (-1, 1)]
    assert [float(row[2]), float(row[3])] == pytest.approx(wanted, abs=0.006)


def test_the_survey_has_shares_of_its_base_and_both_sources(planted: dict[str, Figure]) -> None:
    (own,) = rows(
        "select sum(answers), max(base), max(invited), bool_or(has_other_base) from marts.practice_survey"
        " where source = 'local_records' and question = 'Q1' and option in ('AGREE', 'S_AGREE')"
    )
    assert [int(n) for n in own[:2]] == [planted["SV01"].numerator, planted["SV01"].denominator]
    assert (own[1], own[2], own[3]) == (planted["SV02"].numerator, planted["SV02"].denominator, False)
    # Kantar, appendix 3, table 3: "For you": improved 74 of 195, 38%.
    assert rows(
        "select answers::int, base, round(percent), round(interval_low), round(interval_high)"
        " from marts.practice_survey where source = 'claims' and question = 'staff_survey_q1' and item = 'For you'"
        " and option = 'Improved'"
    ) == [(74, 195, 38, 31, 45)]


def test_what_is_overdue_is_the_planted_truth(planted: dict[str, Figure]) -> None:
    found = dict(rows("select what, sum(overdue)::int from marts.practice_due group by what"))
    names = {"audit_action": "ACTIONS", "appraisal": "APPRAISALS", "supervision": "SUPERVISION"}
    for what, name in (names | {"return_interview": "INTERVIEWS"}).items():
        assert found.get(what, 0) == planted[f"PR_LATE_{name}"].numerator, what
    assert sum(found.values()) > 10
    assert rows("select count(*) from marts.practice_due where (overdue > 0) <> (longest_overdue_days > 0)") == [(0,)]


def test_teams_by_quarter_are_the_planted_ones(planted: dict[str, Figure]) -> None:
    """Audits of each team and quarter, and the day on which each team began, counted in the life itself."""
    life = _life()
    audits = life.practice.audits.where(life.practice.audits["on"] >= year_to_march(YEAR - 1, AS_OF).begins)
    team = [f"TA-{1 + n}" for n in life.staff.posts["team"][audits["post"]]]
    on = [date.fromordinal(int(day) + EPOCH) for day in audits["on"]]
    good = [grade in ("outstanding", "good") for grade in audits["grade"]]
    wanted: dict[tuple[str, date], list[int]] = {}
    for one, day, is_good in zip(team, on, good, strict=True):
        found = wanted.setdefault((one, date(day.year, day.month - (day.month - 1) % 3, 1)), [0, 0])
        found[0], found[1] = found[0] + is_good, found[1] + 1
    held = rows(
        "select team, quarter_start_date, numerator, denominator from marts.practice_team_quarters"
        " where measure = 'team_audits_good_pct'"
    )
    assert {(one, day): [above, below] for one, day, above, below in held} == wanted
    begun = {
        f"TA-{1 + n}": date.fromordinal(int(day) + EPOCH) for n, day in enumerate(programme.begins(life)) if day < OPEN
    }
    assert dict(rows("select team, began_on from marts.practice_programmes where programme = 'REL-1'")) == begun
    kept = {measure for (measure,) in rows("select distinct measure from marts.practice_team_quarters")}
    assert len(kept) == 6


def test_each_council_reads_its_own_rows_and_an_analyst_none(planted: dict[str, Figure]) -> None:
    """Staff are people: no row of another council, and none for the region."""
    declared = json.loads(dbt.manifest().read_text())["nodes"]
    alone = {key: node for key, node in declared.items() if node["name"].startswith(SHOWN)}
    version = versions.prepare("practice", manifest={"nodes": alone})
    versions.mark_audited(version)
    versions.publish(version, None)
    for one in all_councils():
        found = rows("select distinct council_code from published.practice_workforce", one.role)
        assert found == ([(one.ons_code,)] if one.id == "durham" else [])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows("select 1 from published.practice_workforce", "analyst")


def test_every_documented_query_runs_as_the_council_itself(planted: dict[str, Figure]) -> None:
    """After the publication above: an analyst's query that does not run is worse than none."""
    page = (PROJECT_ROOT / "docs" / "workforce.md").read_text()
    queries = re.findall(r"^ +(select [^\n]+(?:\n +\S[^\n]+)*)\n", page, flags=re.MULTILINE)
    assert len(queries) >= 15
    asked = set(re.findall(r"from (\w+)", " ".join(queries)))
    files = (PROJECT_ROOT / "dbt_project/models/marts").glob("practice_*.sql")
    assert {file.stem for file in files} <= asked, "a mart without its question"
    with connect(council("durham").role) as connection:
        connection.execute("set search_path = published")
        for query in queries:
            connection.execute(query).fetchall()


def test_the_planted_rise_is_found_in_what_was_delivered(planted: dict[str, Figure]) -> None:
    """The truth file says 15 points; nothing was planted in supervision, nor in who left."""
    assert planted["IMP01"].value == 15
    ((verdict, low, high, begun, not_yet, reading),) = rows(
        "select verdict, interval_low, interval_high, teams_begun, teams_not_yet, reading from marts.practice_impact"
        " where programme = 'REL-1' and measure = 'team_audits_good_pct'"
    )
    assert (verdict, "told apart from chance" in reading) == ("rise", True)
    assert low <= 15 <= high
    assert min(begun, not_yet) >= 10
    others = dict(rows("select measure, verdict from marts.practice_impact where programme = 'REL-1'"))
    assert {others["team_supervision_pct"], others["team_left_pct"]} == {"not_told_apart"}
    points = dict(rows("select quarters_since, effect_points from marts.practice_impact_quarters"
                       " where programme = 'REL-1' and measure = 'team_audits_good_pct'"))  # fmt: skip
    assert {-2, 0, 1, 2, 3} <= set(points)
    assert -1 not in points


def test_what_began_everywhere_at_once_is_refused_in_words(planted: dict[str, Figure]) -> None:
    found = rows(
        "select distinct verdict, refused_because, effect_points, reading from marts.practice_impact"
        " where programme = 'NEG-1' and measure in ('team_audits_good_pct', 'team_supervision_pct', 'team_left_pct')"
    )
    ((verdict, because, points, reading),) = found
    assert (verdict, because, points) == ("refused", "impact_all_at_once", None)
    assert "Every team began in the same quarter" in reading
    assert "let teams begin one after another" in reading


def test_every_question_has_its_answer_and_the_same_one_again(planted: dict[str, Figure]) -> None:
    everything = "select * from marts.practice_impact order by programme, measure"
    by_quarter = "select * from marts.practice_impact_quarters order by programme, measure, quarters_since"
    before = rows(everything), rows(by_quarter)
    assert len(before[0]) == 2 * 6
    store.fill()
    assert (rows(everything), rows(by_quarter)) == before


def test_the_suite_fails_on_a_question_without_an_answer(planted: dict[str, Figure]) -> None:
    def failed() -> list[str]:
        report = runner.run("marts", "night-1", tables=["practice_impact", "practice_impact_quarters"])
        return sorted({finding.table for finding in report.findings if finding.outcome == "failed"})

    assert failed() == []
    with connect("transformer") as connection:
        connection.execute("update marts.practice_impact set verdict = 'pending' where measure = 'team_left_pct'")
        connection.execute("update marts.practice_impact_quarters set interval_low = null where quarters_since = 0")
    assert failed() == ["practice_impact", "practice_impact_quarters"]
    store.fill()


def test_the_verb_shows_what_is_told_and_what_is_refused(planted: dict[str, Figure]) -> None:
    console = Console(record=True, width=400, file=StringIO())
    assert show.show(console, council("durham"), "REL-1") >= 3
    told = console.export_text()
    assert "SYNTHETIC" in told
    assert "one interval in twenty" in told
    assert show.show(console, council("durham"), "NEG-1") == 0
    assert "Nothing can be said" in console.export_text()
    with pytest.raises(Fault, match="No team of Durham has begun"):
        show.show(console, council("durham"), "NONE-1")


def test_every_printed_survey_table_is_held_with_its_base(planted: dict[str, Figure]) -> None:
    """Kantar's appendix 3: tables 3 to 19; the bases lie from 119 to 195."""
    found = rows(
        "select count(distinct table_label), min(base), max(base) from reference.claims_quoted"
        " where measure like 'staff_survey_q%' and table_label <> ''"
    )
    assert found == [(17, 119, 195)]


def test_two_printed_waves_are_compared_where_the_report_has_both(planted: dict[str, Figure]) -> None:
    """Kantar's text: 63% of 2016 beside 80% of 2019; table 10 has 45 + 111 of 194. Of 2016 no base is printed."""
    found = rows(
        "select item, wave, answers::int, base, round(percent, 1)::float, round(interval_low)::int,"
        " change_on_wave_before::float from marts.practice_survey where source = 'claims' and option like '% + %'"
        " order by item, wave"
    )
    assert len(found) == 2 * 5
    understood = [row[1:] for row in found if row[0].startswith("I understand what other teams")]
    assert understood == [
        ("Round 1", None, None, 63.0, None, None),
        ("Round 2", 156, 194, 80.4, 74, pytest.approx(100 * 156 / 194 - 63, abs=1e-4)),
    ]
    assert {row[1] for row in found if row[6] is not None} == {"Round 2"}
    assert rows("select bool_or(is_comparable) from marts.practice_survey where option not like '% + %'") == [(False,)]


def test_what_the_page_says_of_a_programme_is_what_is_published(planted: dict[str, Figure]) -> None:
    """After the publication: the page's answers are of this very life, word by word."""
    page = (PROJECT_ROOT / "docs" / "workforce.md").read_text().split("## practice_impact")[1].split("\n## ")[0]
    blocks = re.findall(r"^ {8}(select (?:[^\n]+\n {8})*[^\n]+)\n\n((?: {8}[^\n]+\n)+)", page, flags=re.MULTILINE)
    assert len(blocks) == 3
    with connect(council("durham").role) as connection:
        connection.execute("set search_path = published")
        for query, answer in blocks:
            found = connection.execute(query).fetchall()
            told = " ".join(str(cell) for row in found for cell in row if cell is not None)
            assert " ".join(answer.split()) == told


def test_a_measure_is_explained_to_its_council(planted: dict[str, Figure]) -> None:
    """After the publication: what was counted, of what, sent when, and for whom."""
    assert explain_practice.is_measure("supervised_pct")
    assert not explain_practice.is_measure("team_left_pct")
    console = Console(record=True, width=400, file=StringIO())
    explain_practice.show(console, "supervised_pct", "Durham", "2026-03-31")
    told, wanted = console.export_text(), planted["QA06"]
    assert told.startswith("Durham, Supervised in five weeks, at 2026-03-31: ")
    assert f"Had supervision in the 35 days to the last day = {wanted.numerator}, over" in told
    assert f"Staff in post for 35 days or more = {wanted.denominator}" in told
    assert "(wilson)" in told
    assert "local_records as at 2026-03-31" in told
    assert "team (42)" in told
    assert "SYNTHETIC" in told
    with pytest.raises(Fault, match="no figure of that council") as refusal:
        explain_practice.show(console, "supervised_pct", "durham", "1999-03-31")
    assert "2026-03-31" in refusal.value.remedy
    with pytest.raises(Fault, match="No council"):
        explain_practice.show(console, "supervised_pct", "Atlantis", "2026-03-31")
