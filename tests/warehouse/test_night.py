"""A night from end to end in one process: the same night twice, a broken release, a critical check, a roll back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import mirror

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.outcomes import Outcome, record
from socialcare.registry import all_sources
from socialcare.settings import get_settings
from socialcare.steps import deliver_extracts, night
from socialcare.warehouse import versions

pytestmark = pytest.mark.timeout(900)

# From DfE's 2024 releases, as INDICATOR acceptance: Durham, South Tyneside, Redcar and Cleveland, North East, England.
# Publications: Children looked after in England including adoptions; Children's social work workforce;
# Characteristics of children in need.
PUBLISHED_2024 = {
    "cla_rate_per_10000": ("122", "102", "153", "114", "70"),
    "sw_turnover_fte_pct": ("11.1", "23.0", "16.4", "12.6", "13.8"),
    "sw_agency_fte_pct": ("8.9", "11.9", "13.3", "10.4", "16.2"),
    "rereferral_pct": ("17.0", "22.8", "14.9", "22.2", "22.4"),
}


@pytest.fixture(scope="module")
def files(module_warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A mirror of the sample's files that tests may break, and the first, clean night over it (without a report)."""
    root = mirror.write(tmp_path_factory.mktemp("mirror"), *(s.id for s in all_sources() if s.is_needed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOCIALCARE_SOURCES", "mirror")
        patch.setenv("SOCIALCARE_PUBLISHED", str(root))
        patch.setattr(deliver_extracts, "REPORT", None)
        get_settings.cache_clear()
        assert night.run("first") == night.CLEAN, night.failures("first")
        yield root
    get_settings.cache_clear()


def checksum() -> str:
    with connect("analyst") as connection:
        row = connection.execute("select checksum from published.about").fetchone()
    assert row is not None
    return str(row[0])


def rows_of(table: str) -> int:
    with connect("loader") as connection:
        row = connection.execute(f"select count(*) from raw.{table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("indicator", PUBLISHED_2024)
def test_the_published_figures_are_those_of_the_department(files: Path, indicator: str) -> None:
    with connect("analyst") as connection:
        rows = dict(
            connection.execute(
                "select council_name, value from published.regional_comparison where indicator_id = %s "
                "and period = '2024' and council_name in ('Durham', 'South Tyneside', 'Redcar and Cleveland')",
                [indicator],
            ).fetchall()
        )
        beside = connection.execute(
            "select distinct north_east_value, england_value from published.regional_comparison "
            "where indicator_id = %s and period = '2024' and region_code = 'E12000001'",
            [indicator],
        ).fetchall()
    found = (rows["Durham"], rows["South Tyneside"], rows["Redcar and Cleveland"], *beside[0])
    assert len(beside) == 1
    assert [float(value) for value in found] == [float(value) for value in PUBLISHED_2024[indicator]]


def test_the_same_night_again_changes_nothing(files: Path) -> None:
    before, held, version = checksum(), rows_of("dfe_social_work_workforce__indicators"), versions.current()
    assert night.run("again") == night.CLEAN
    assert (checksum(), rows_of("dfe_social_work_workforce__indicators"), versions.current()) == (before, held, version)
    with connect("loader") as connection:
        said = connection.execute("select distinct outcome from ops.outcomes where night_id = 'again'").fetchall()
    assert {word for (word,) in said} == {"unchanged", "nothing_sent", "delivered", "watched"}


def test_every_table_of_raw_was_sampled_before_the_models_joined_it(files: Path) -> None:
    query = "select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' and reltuples < 0"
    with connect("loader") as connection:
        assert connection.execute(query).fetchall() == []


def test_every_figure_leads_back_to_its_line(files: Path) -> None:
    """Promise 5, followed by hand: open the archived bytes, go to the line, read the column."""
    import csv
    import io

    from socialcare.land import archive

    with connect("analyst") as connection:
        origins = connection.execute(
            "select o.file_sha256, o.line, o.source_column, c.value_text from published.figure_origins o "
            "join published.regional_comparison c using (council_code, indicator_id, period) "
            "where council_code = 'E06000047' and period in ('2022', '2024')"
        ).fetchall()
    assert len(origins) == 18  # the nine indicators that the sample holds, two periods
    for sha256, line, column, text in origins:
        lines = archive.get(sha256).decode("utf-8-sig").splitlines()
        row = dict(zip(next(csv.reader([lines[0]])), next(csv.reader(io.StringIO(lines[line - 1]))), strict=True))
        assert row[column] == text


def test_a_first_night_without_a_source_says_which_and_publishes_nothing(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [s.id for s in all_sources() if s.is_needed and s.id != "ons_population"]
    root = mirror.write(tmp_path / "mirror", *some)
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(root))
    get_settings.cache_clear()
    assert night.run("first of all") == night.NOTHING_PUBLISHED
    told = {step: what for step, _, what, _ in night.failures("first of all")}
    assert "ons_population" in told["build_and_audit"]
    assert versions.current() is None


def test_one_home_may_go_from_a_mirror_to_the_sample_and_back(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README offers, one after the other; the mirror again is the mirror as it was."""
    before = checksum()
    monkeypatch.setenv("SOCIALCARE_SOURCES", "sample")
    get_settings.cache_clear()
    assert night.run("the sample") == night.CLEAN, night.failures("the sample")
    with connect("analyst") as connection:
        assert connection.execute("select data_mode from published.about").fetchone() == ("sample",)
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    get_settings.cache_clear()
    assert night.run("the mirror again") == night.CLEAN, night.failures("the mirror again")
    assert checksum() == before


BREAKS = {
    "a renamed column": (
        lambda text: text.replace("rate_per_10000", "rate_per_10k", 1), ("rate_per_10000", "rate_per_10k")),
    "a page instead of a file": (lambda text: "<!doctype html><html><body>Sorry</body></html>", ("web page",)),
    "a file cut short": (lambda text: text[: len(text) // 2], ()),
}  # fmt: skip


@pytest.mark.parametrize("kind", BREAKS)
def test_a_broken_release_fails_that_source_alone_and_keeps_its_last_good(files: Path, kind: str) -> None:
    file = next((files / "dfe/children_looked_after/2024").glob("*.csv"))
    good, before, held = file.read_bytes(), checksum(), rows_of("dfe_children_looked_after__numbers_and_rates")
    spoil, words = BREAKS[kind]
    file.write_text(spoil(good.decode("utf-8-sig")))
    try:
        assert night.run(f"broken {kind}") == night.PUBLISHED_WITH_FAULTS
    finally:
        file.write_bytes(good)
    [(step, subject, what, remedy)] = night.failures(f"broken {kind}")
    assert (step, subject) == ("ingest_source", "dfe_children_looked_after")
    assert file.name in what, "the message names the file"
    assert all(word in what + remedy for word in words), (what, remedy)
    assert remedy, "the message says what to do"
    assert checksum() == before, "what people read is still the last good release"
    assert rows_of("dfe_children_looked_after__numbers_and_rates") == held, "nothing half-landed"
    with connect("analyst") as connection:
        state = connection.execute(
            "select state, newest_release from published.source_status where source_id = 'dfe_children_looked_after'"
        ).fetchone()
    assert state == ("kept_last_good", "dfe_children_looked_after/2024")
    assert night.run(f"mended {kind}") == night.CLEAN
    assert checksum() == before


def test_a_critical_check_stops_the_night_before_anything_is_published(files: Path) -> None:
    """A 2025 release in which one of the twelve councils is missing: well-formed, and wrong."""
    old = next((files / "dfe/children_looked_after/2024").glob("*.csv"))
    new = files / "dfe/children_looked_after/2025"
    new.mkdir()
    lines = old.read_text("utf-8-sig").splitlines()
    kept = [line for line in lines if not (line.startswith("2024,") and "Gateshead" in line)]
    assert len(kept) < len(lines)
    (new / old.name).write_text("\n".join(kept) + "\n", "utf-8-sig")
    before, version = checksum(), versions.current()
    assert night.run("council missing") == night.NOTHING_PUBLISHED
    [(step, _, what, remedy)] = night.failures("council missing")
    assert step == "build_and_audit"
    assert "dfe_children_looked_after" in what + remedy or "regional_comparison" in what + remedy
    assert (checksum(), versions.current()) == (before, version)
    with connect("analyst") as connection:
        assert connection.execute("select is_stale from published.about").fetchone() == (True,)


def test_a_new_release_is_published_and_rolling_back_takes_it_away_at_once(files: Path) -> None:
    old = next((files / "dfe/children_looked_after/2024").glob("*.csv"))
    new = files / "dfe/children_looked_after/2025"
    new.mkdir(exist_ok=True)
    (new / old.name).write_bytes(old.read_bytes())  # the same figures, released again: only the release changes
    before, first = versions.current(), checksum()
    assert night.run("new release") == night.CLEAN, night.failures("new release")
    assert release_of_durham() == "dfe_children_looked_after/2025"
    assert versions.current() != before
    assert versions.rollback(why="a test") == before
    assert (release_of_durham(), checksum()) == ("dfe_children_looked_after/2024", first)


def test_figures_that_a_person_withdrew_hold_the_night_for_a_person(files: Path) -> None:
    """The 2025 release of the test before was rolled back; its files still lie in the mirror."""
    before = versions.current()
    assert night.run("after the roll back") == night.HELD
    [(step, _, what, remedy)] = night.failures("after the roll back")
    assert (step, "a test" in what) == ("build_and_audit", True)
    assert "rollback" in remedy
    assert versions.current() == before


def test_a_step_that_was_killed_is_named_and_the_night_is_not_clean(files: Path) -> None:
    night.begin("killed")
    for source in all_sources()[1:]:
        night.ingest_source("killed", source.id)
    assert night.verdict("killed") != night.CLEAN
    told = {(step, subject): what for step, subject, what, _ in night.failures("killed")}
    assert "killed" in told["ingest_source", all_sources()[0].id]
    assert ("ingest_source", all_sources()[1].id) not in told


def test_a_cleared_run_is_judged_by_what_happened_the_second_time(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pass published; the second cannot build: nothing said before counts any more."""
    night.begin("cleared")
    for step, outcome in (("build_and_audit", "built"), ("publish", "published")):
        record("cleared", Outcome(step, "warehouse", outcome))
    record("cleared", Outcome("deliver", "extracts", "delivered"))

    def broken(night_id: str) -> None:
        raise Fault("critical_check_failed", "made up by this test")

    monkeypatch.setattr("socialcare.steps.build.build_and_audit", broken)
    with pytest.raises(Fault):
        night.build_and_audit("cleared")
    assert night.verdict("cleared") == night.NOTHING_PUBLISHED


def test_the_sample_and_the_real_files_never_stand_in_one_version(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_SOURCES", "sample")
    get_settings.cache_clear()
    night.ingest_source("one alone", "dfe_children_looked_after")
    with pytest.raises(Fault, match="sources_mixed") as mixed:
        night.build_and_audit("one alone")
    assert "ons_population" in mixed.value.what
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    get_settings.cache_clear()
    night.ingest_source("and back", "dfe_children_looked_after")


def release_of_durham() -> str:
    with connect("analyst") as connection:
        row = connection.execute(
            "select release_id from published.regional_comparison where council_code = 'E06000047' "
            "and indicator_id = 'cla_rate_per_10000' and period = '2024'"
        ).fetchone()
    assert row is not None
    return str(row[0])
