"""What is kept of a check is a count; the gate names what failed; pages fetch nothing from elsewhere."""

from __future__ import annotations

import pytest

from socialcare.errors import Fault
from socialcare.quality import data_docs, gate
from socialcare.quality.results import Finding, Report, finding

DECLARED = {
    "type": "expect_column_max_to_be_between",
    "kwargs": {"column": "value", "max_value": 100},
    "severity": "critical",
    "meta": {"why": "A share cannot pass 100%.", "since": "2026-11"},
}


def a_finding(outcome: str, severity: str = "critical", **more: object) -> Finding:
    return Finding("marts.thing", "marts", "thing", "expect_x", "value", severity, outcome, "Because it must.", **more)  # type: ignore[arg-type]


def test_a_figure_that_was_observed_is_not_kept() -> None:
    kept = finding("marts.thing", "marts", "thing", DECLARED, {"success": False, "result": {"observed_value": 1234}})
    assert (kept.outcome, kept.observed, kept.column) == ("failed", None, "value")


def test_a_count_that_was_observed_is_kept() -> None:
    declared = {**DECLARED, "type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}}
    kept = finding("marts.thing", "marts", "thing", declared, {"success": True, "result": {"observed_value": 12}})
    assert (kept.outcome, kept.observed) == ("passed", 12)


@pytest.mark.parametrize(
    "info", [{"raised_exception": True}, {"metric": {"raised_exception": True, "exception_message": "x"}}]
)
def test_a_check_that_raised_is_an_error_not_a_failure(info: dict) -> None:
    assert finding("s", "marts", "t", DECLARED, {"success": False, "exception_info": info}).outcome == "error"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('(psycopg2.errors.UndefinedColumn) column "agncy" does not exist\\nLINE 1', "agncy"),
        ('(psycopg2.errors.InvalidTextRepresentation) invalid input syntax for type numeric: "Jane"', "InvalidText"),
    ],
)
def test_an_error_is_told_without_the_value_that_caused_it(message: str, said: str) -> None:
    told = finding(
        "s", "marts", "t", DECLARED,
        {"success": False, "exception_info": {"raised_exception": True, "exception_message": message}},
    ).error  # fmt: skip
    assert said in told
    assert "Jane" not in told


def test_the_gate_lets_warnings_through() -> None:
    gate.check(Report("marts", [a_finding("passed"), a_finding("failed", "warning"), a_finding("error", "info")]))


@pytest.mark.parametrize("outcome", ["failed", "error"])
def test_the_gate_stops_at_a_critical_check_and_says_what_and_why(outcome: str) -> None:
    with pytest.raises(Fault, match="critical_check_failed") as caught:
        gate.check(Report("marts", [a_finding("passed"), a_finding(outcome, unexpected_count=7)]))
    said = str(caught.value)
    assert "marts.thing: expect_x of value" in said
    assert "Because it must" in said
    assert "expectations/marts/thing.yml" in said


def test_a_report_counts_by_outcome_and_severity() -> None:
    report = Report(
        "raw",
        [
            a_finding("passed"),
            a_finding("failed", "warning"),
            a_finding("failed"),
            a_finding("error"),
            a_finding("passed"),
        ],
    )
    assert (report.passed, report.warned, len(report.failed_critical), len(report.errors)) == (2, 1, 2, 1)


def test_a_page_fetches_nothing_from_elsewhere() -> None:
    page = (
        '<html><head><link rel="stylesheet" href="https://a.example/x.css"><script src="https://b.example/y.js"></script>'
        "<style>b { background: url('https://c.example/z.png') }</style></head><body><img src=\"http://d.example/l.png\">"
        '<a href="https://e.example">words stay</a> https://f.example/g</body></html>'
    )
    clean = data_docs.local(page)
    assert "http" not in clean
    assert "<script" not in clean
    assert "words stay" in clean
