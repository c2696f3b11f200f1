"""What a check found: counts and percentages, never a value. Kept as rows in ``quality.results``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from socialcare.database import connect

#: Expectations whose observed value is itself a count or a share. All others may observe a figure or a name.
_COUNTS = {
    "expect_table_row_count_to_be_between",
    "expect_table_row_count_to_equal",
    "expect_table_column_count_to_be_between",
    "expect_table_column_count_to_equal",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "unexpected_rows_expectation",
}


@dataclass(frozen=True)
class Finding:
    """One expectation's outcome: passed, failed (the world differs), error (it could not be evaluated)."""

    suite: str
    layer: str
    table: str
    expectation: str
    column: str | None
    severity: str
    outcome: str
    why: str
    observed: float | None = None
    unexpected_count: int | None = None
    unexpected_percent: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Report:
    """All findings of one run. ``failed_critical`` holds every critical check that did not pass."""

    layer: str
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> int:
        return sum(finding.outcome == "passed" for finding in self.findings)

    @property
    def warned(self) -> int:
        """Count what did not pass and is not critical."""
        return sum(finding.outcome != "passed" and finding.severity != "critical" for finding in self.findings)

    @property
    def failed_critical(self) -> list[Finding]:
        return [one for one in self.findings if one.outcome != "passed" and one.severity == "critical"]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.outcome == "error"]


def finding(suite: str, layer: str, table: str, declared: dict[str, Any], result: dict[str, Any]) -> Finding:
    """Turn one GX result (as a plain dict) into a finding, leaving behind everything that could be a value."""
    found = result.get("result") or {}
    error = raised(result.get("exception_info") or {})
    outcome = "error" if error else "passed" if result.get("success") else "failed"
    kwargs = declared.get("kwargs") or {}
    return Finding(
        suite=suite,
        layer=layer,
        table=table,
        expectation=declared["type"],
        column=kwargs.get("column") or _several(kwargs),
        severity=declared["severity"],
        outcome=outcome,
        why=" ".join(str(declared["meta"]["why"]).split()),
        observed=_number(found.get("observed_value")) if declared["type"] in _COUNTS else None,
        unexpected_count=_whole(found.get("unexpected_count")),
        unexpected_percent=_number(found.get("unexpected_percent")),
        error=_kind_of_error(result.get("exception_info") or {}) if error else "",
    )


def _kind_of_error(exception_info: dict[str, Any]) -> str:
    """Return the class of an exception, and its words only where they can name nothing but tables and columns."""
    text = str(exception_info)
    known = re.search(r"\(psycopg2\.errors\.(\w+)\) ([^\\\n]*)", text)
    if known is None:
        return "an error of Great Expectations"
    harmless = known[1].startswith("Undefined") or known[1] in ("SyntaxError", "InsufficientPrivilege")
    return f"{known[1]}: {known[2]}" if harmless else known[1]


def _several(kwargs: dict[str, Any]) -> str | None:
    names = kwargs.get("column_list") or [kwargs[key] for key in ("column_A", "column_B") if key in kwargs]
    return ", ".join(names) or None


def raised(exception_info: dict[str, Any]) -> bool:
    """Return whether GX's exception_info (flat, or by metric) tells of an exception."""
    if exception_info.get("raised_exception"):
        return True
    return any(isinstance(one, dict) and one.get("raised_exception") for one in exception_info.values())


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def keep(night_id: str, layer: str, findings: Iterable[Finding]) -> None:
    """Write the findings as this night's results; a layer checked again in one night replaces its own rows."""
    rows = [
        (
            night_id, one.suite, one.layer, one.table, one.expectation, one.column, one.severity, one.outcome,
            one.observed, one.unexpected_count, one.unexpected_percent, one.why,
        )
        for one in findings
    ]  # fmt: skip
    with connect("publisher") as connection, connection.cursor() as cursor:
        cursor.execute(
            "delete from quality.results where night_id = %s and layer = %s and suite = any(%s)",
            [night_id, layer, sorted({row[1] for row in rows})],
        )
        with cursor.copy(
            "copy quality.results (night_id, suite, layer, table_name, expectation, column_name, severity, outcome,"
            " observed, unexpected_count, unexpected_percent, why) from stdin"
        ) as copy:
            for row in rows:
                copy.write_row(row)
