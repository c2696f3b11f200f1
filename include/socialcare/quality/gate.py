"""The gate: a critical check that did not pass stops the night before anything that people read has changed."""

from __future__ import annotations

from socialcare.errors import Fault
from socialcare.quality.results import Finding, Report

_SHOWN = 5


def check(report: Report) -> None:
    """Let the night go on, or raise Fault ``critical_check_failed`` naming each table, check and reason."""
    failed = report.failed_critical
    if not failed:
        return
    told = "; ".join(_sentence(finding) for finding in failed[:_SHOWN])
    more = f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    raise Fault(
        "critical_check_failed",
        f"{len(failed)} critical check(s) of the layer {report.layer} did not pass: {told}{more}.",
        where=", ".join(sorted({finding.suite for finding in failed})),
        remedy=f"nothing was published. Read expectations/{report.layer}/{failed[0].table}.yml and the page "
        "data_docs/index.html; correct the source or the model, or the expectation if the world has changed.",
    )


def _sentence(finding: Finding) -> str:
    column = f" of {finding.column}" if finding.column else ""
    count = finding.unexpected_count or finding.observed
    counted = f", {count:g} found" if count else ""
    how = f"could not be evaluated, {finding.error}" if finding.outcome == "error" else f"failed{counted}"
    return f"{finding.suite}: {finding.expectation}{column} {how} ({finding.why.rstrip('.')})"
