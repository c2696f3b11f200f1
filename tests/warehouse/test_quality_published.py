"""The publishers' own files raise no critical alarm: what we expect of the world holds for the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialcare.quality import gate, runner
from socialcare.registry import all_sources
from socialcare.settings import get_settings


def test_real_published_files_pass_every_critical_check(
    published: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from socialcare.steps.night import ingest_source

    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(published))
    get_settings.cache_clear()
    for source in all_sources():
        ingest_source("n1", source.id)
    report = runner.run("raw", "n1")
    gate.check(report)
    assert [one.suite for one in report.findings if one.outcome != "passed"] == []
    assert {one.table for one in report.findings} >= {
        "dfe_children_in_need__protection_plans",
        "dfe_children_in_need__referrals",
        "dfe_children_looked_after__numbers_and_rates",
        "dfe_social_work_workforce__indicators",
        "ofsted_inspection_outcomes__as_at",
    }
