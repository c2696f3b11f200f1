"""Landing published sources in a real warehouse: once, whole, in any order, and never the broken ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from pathlib import Path

import pytest
from tests.fakes import mirror, misbehaving

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.land import tables
from socialcare.publishers import sample, server
from socialcare.registry import all_sources, source
from socialcare.registry import tables as registry_tables
from socialcare.settings import get_settings
from socialcare.steps.night import ingest_source

WORKFORCE = "dfe_social_work_workforce"
TABLE = f"raw.{WORKFORCE}__indicators"


def rows(query: str) -> list[tuple[object, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def folder(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of the sample's three DfE sources, which the platform reads."""
    root = mirror.write(tmp_path / "mirror")
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(root))
    get_settings.cache_clear()
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes()
    assert old.encode() in text
    path.write_bytes(text.replace(old.encode(), new.encode()))


def test_the_bundled_sample_lands_and_a_second_night_changes_nothing(warehouse: str) -> None:
    for declared in all_sources():
        held = declared.extract.family != "by_hand" and sample.holds(declared.id)
        assert ingest_source("n1", declared.id).outcome == ("landed" if held else "unchanged")
    counted = "select landing_id, rows_loaded from raw.landings order by 1"
    before = rows(counted)
    for declared in all_sources():
        outcome = ingest_source("n2", declared.id)
        assert (outcome.outcome, outcome.rows_loaded) == ("unchanged", 0)
    assert rows(counted) == before
    assert rows("select distinct outcome from raw.looks") == [("unchanged",)]


def test_a_broken_table_that_feeds_no_comparison_is_left_out_alone_until_it_is_mended(folder: Path) -> None:
    cin = source("dfe_children_in_need")
    referrals = mirror.only_file(folder, "c1_*.csv")
    lines = referrals.read_text(encoding="utf-8-sig").splitlines()
    leading = len(registry_tables.STANDARD_COLUMNS["ees"])
    (word,) = cin.tables["subsequent_plans"].filters[0].values
    headings = ["category", "CPP_start", "CPP_subsequent", "CPP_subsequent_percent"]
    ours = [headings, *([word, "40", "1", "2.5"] for _ in lines[1:])]
    ours[1][1] = "?"
    second_plans = [",".join([*line.split(",")[:leading], *row]) for line, row in zip(lines, ours, strict=True)]
    years = referrals.stem[-len("2013_to_2024") :]
    d3 = referrals.parent / f"d3_cpps_subsequent_plan_{years}.csv"
    d3.write_text("\n".join(second_plans) + "\n")

    with pytest.raises(Fault) as fault:
        ingest_source("n1", cin.id)
    assert (fault.value.name, "cpp_start" in fault.value.where.lower()) == ("symbol_unknown", True)
    landed = "select table_name, rows_loaded from raw.current_landings where source_id = 'dfe_children_in_need'"
    core = rows(f"{landed} order by 1")
    assert {name for name, _ in core} == {name for name, table in cin.tables.items() if table.core}
    assert rows("select outcome from raw.looks") == [("landed_in_part",)]

    d3.write_text(d3.read_text().replace("?", "40"))
    assert ingest_source("n2", cin.id).rows_loaded == len(lines) - 1
    assert rows(f"{landed} and table_name in ('referrals', 'protection_plans') order by 1") == core


def test_every_row_knows_its_release_file_and_line(folder: Path) -> None:
    ingest_source("n1", WORKFORCE)
    path = mirror.only_file(folder, "csww_headline_measures_2017_to_2022.csv")
    ((line, sha256),) = rows(
        f"select _line, _file_sha256 from {TABLE} where _release_id = '{WORKFORCE}/2022'"
        " and new_la_code = 'E06000047' and time_period = '2022'"
    )
    assert "2022" in path.read_text().splitlines()[int(str(line)) - 1]
    assert "County Durham" in path.read_text().splitlines()[int(str(line)) - 1]
    archived = get_settings().archive / str(sha256)[:2] / str(sha256)
    assert archived.read_bytes() == path.read_bytes()


def test_old_and_new_column_names_meet_in_one_table(folder: Path) -> None:
    ingest_source("n1", WORKFORCE)
    # Durham's agency rate of 2022 in the 2022 release (agency_worker_rate_fte_%), of 2024 in the 2024 release:
    # Children's social work workforce, Department for Education.
    figures = rows(
        f"select _release_id, time_period, agency_rate_fte from {TABLE} where new_la_code = 'E06000047'"
        " and (_release_id, time_period) in (('dfe_social_work_workforce/2022', '2022'),"
        " ('dfe_social_work_workforce/2024', '2024')) order by 1"
    )
    assert [figure[2] for figure in figures] == ["7", "8.9"]


def test_releases_landed_in_either_order_give_the_same_rows(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = f"select * from (select to_jsonb(t) - '_landing_id' from {TABLE} t) t (row) order by row::text"
    ingest_source("n1", WORKFORCE)
    together = rows(data)
    with connect("loader") as connection:
        connection.execute(f"truncate raw.landings, raw.looks, raw.drifts, {TABLE}")
    newest = folder / source(WORKFORCE).mirror.folder / "2024"
    older = folder / source(WORKFORCE).mirror.folder / "2023"
    os.rename(older, tmp_path / "2023")
    ingest_source("n2", WORKFORCE)
    os.rename(tmp_path / "2023", older)
    ingest_source("n3", WORKFORCE)
    assert newest.exists()
    assert rows(data) == together


def rename_a_column(path: Path) -> None:
    edit(path, "caseload_fte", "caseload_per_worker")


def make_it_a_web_page(path: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body>Page not found</body></html>")


def cut_it(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-700])


@pytest.mark.parametrize(
    ("spoil", "name", "said"),
    [
        (rename_a_column, "column_renamed", "caseload_fte"),
        (make_it_a_web_page, "not_data", "web page"),
        (cut_it, "truncated", "cut short"),
    ],
)
def test_a_broken_release_keeps_the_last_good_and_says_what_to_do(
    folder: Path, spoil: Callable[[Path], None], name: str, said: str
) -> None:
    ingest_source("n1", WORKFORCE)
    landings = rows("select * from raw.current_landings order by landing_id")
    path = mirror.only_file(folder, "csww_indicators_2017_to_2024.csv")
    spoil(path)
    for night in ("n2", "n3"):  # it is looked at again, and fails again, until it is mended
        with pytest.raises(Fault, match=said) as fault:
            ingest_source(night, WORKFORCE)
        assert fault.value.name == name
        assert path.name in str(fault.value)
        assert fault.value.remedy
    assert rows("select * from raw.current_landings order by landing_id") == landings
    ((state, kept, detail, remedy),) = rows("select outcome, fault, detail, remedy from raw.looks")
    assert (state, kept, remedy) == ("kept_last_good", name, fault.value.remedy)
    assert path.name in str(detail)
    with connect("loader") as connection:
        nights = connection.execute("select night_id, outcome from ops.outcomes order by 1").fetchall()
    assert nights == [("n1", "landed"), ("n2", "failed"), ("n3", "failed")]


def test_a_mended_release_lands_the_next_night(folder: Path) -> None:
    path = mirror.only_file(folder, "csww_indicators_2017_to_2024.csv")
    whole = path.read_bytes()
    cut_it(path)
    with pytest.raises(Fault):
        ingest_source("n1", WORKFORCE)
    path.write_bytes(whole)
    assert ingest_source("n2", WORKFORCE).detail == "releases 2024"


def test_a_publisher_that_answers_with_a_web_page_keeps_the_last_good(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_source("n1", WORKFORCE)
    with monkeypatch.context() as bad_day:
        bad_day.setattr(server, "running", partial(server.running, {"/releases$": misbehaving.web_page}))
        with pytest.raises(Fault, match="not JSON"):
            ingest_source("n2", WORKFORCE)
    assert rows("select outcome, fault from raw.looks") == [("kept_last_good", "not_data")]
    assert ingest_source("n3", WORKFORCE).outcome == "unchanged"
    assert rows("select outcome, fault, detail, remedy from raw.looks") == [("unchanged", "", "nothing new", "")]


def test_one_broken_release_does_not_hold_back_the_others(folder: Path) -> None:
    make_it_a_web_page(mirror.only_file(folder, "csww_indicators_2017_to_2023.csv"))
    with pytest.raises(Fault):
        ingest_source("n1", WORKFORCE)
    assert rows("select release from raw.current_landings order by 1") == [("2022",), ("2024",)]
    assert rows("select outcome from raw.looks") == [("kept_last_good",)]


def test_a_source_that_never_landed_has_failed_and_its_tables_exist(folder: Path) -> None:
    for path in (folder / source(WORKFORCE).mirror.folder).rglob("*.csv"):
        make_it_a_web_page(path)
    with pytest.raises(Fault):
        ingest_source("n1", WORKFORCE)
    assert rows("select outcome from raw.looks") == [("failed",)]
    assert rows(f"select count(*) from {TABLE}") == [(0,)]


def test_all_tables_of_a_release_land_or_none(folder: Path) -> None:
    make_it_a_web_page(mirror.only_file(folder, "d1_*.csv"))
    with pytest.raises(Fault):
        ingest_source("n1", "dfe_children_in_need")
    assert rows("select count(*) from raw.landings") == [(0,)]
    assert rows("select count(*) from raw.dfe_children_in_need__referrals") == [(0,)]


def test_a_correction_is_kept_beside_the_first_file_and_counts_until_it_is_withdrawn(folder: Path) -> None:
    def counts_now() -> list[tuple[object, ...]]:
        return rows(
            "select t.rate_per_10000 from raw.dfe_children_looked_after__numbers_and_rates t"
            " join raw.current_landings c on c.landing_id = t._landing_id"
            " where c.release = '2024' and t.new_la_code = 'E06000047' and t.time_period = '2024'"
        )

    path = (
        folder / source("dfe_children_looked_after").mirror.folder / "2024" / "cla_number_and_rate_per_10k_children.csv"
    )
    first = path.read_bytes()
    ingest_source("n1", "dfe_children_looked_after")
    assert counts_now() == [("122",)]  # Durham, 31 March 2024: Children looked after in England, 2024 release
    line = next(li for li in path.read_text("utf-8-sig").splitlines() if "E06000047" in li and li.startswith("2024"))
    edit(path, line, line.removesuffix("122") + "121")
    assert ingest_source("n2", "dfe_children_looked_after").outcome == "landed"
    assert counts_now() == [("121",)]
    assert rows("select count(*) from raw.landings where release = '2024'") == [(2,)]
    path.write_bytes(first)
    assert ingest_source("n3", "dfe_children_looked_after").outcome == "landed"
    assert counts_now() == [("122",)]
    assert rows("select count(*) from raw.landings where release = '2024'") == [(2,)]


def test_the_sample_and_the_real_thing_never_count_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_from(place: str) -> list[tuple[object, ...]]:
        monkeypatch.setenv("SOCIALCARE_SOURCES", place)
        get_settings.cache_clear()
        ingest_source("n", WORKFORCE)
        return rows("select landing_id, release, is_sample from raw.current_landings order by 1")

    path = mirror.only_file(folder, "csww_indicators_2017_to_2024.csv")
    edit(path, "County Durham", "Durham County")  # a mirror that differs from the sample in one release,
    for year in ("2022", "2023"):  # and lacks the others
        shutil.rmtree(path.parents[1] / year)
    sample = read_from("sample")
    assert [(release, is_sample) for _, release, is_sample in sample] == [
        ("2022", True),
        ("2023", True),
        ("2024", True),
    ]
    (real,) = read_from("mirror")
    assert real[1:] == ("2024", False)
    assert read_from("sample") == sample
    assert read_from("mirror") == [real]


def test_two_forms_of_the_same_figures_never_count_together(
    warehouse: str, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_from(place: str) -> list[tuple[object, ...]]:
        monkeypatch.setenv("SOCIALCARE_SOURCES", place)
        monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(published))
        get_settings.cache_clear()
        ingest_source("n", "ons_population")
        return rows("select distinct table_name from raw.current_landings")

    assert read_from("sample") == [("nomis",)]
    assert read_from("mirror") == [("mid_year",)]
    assert read_from("sample") == [("nomis",)]


def test_two_runs_of_one_source_at_once_land_it_once(folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda night: ingest_source(night, WORKFORCE).outcome, ("n1", "n2")))
    assert sorted(outcomes) == ["landed", "unchanged"]
    assert rows("select count(*) from raw.landings") == [(3,)]


def test_rows_that_go_missing_on_the_way_undo_the_release(folder: Path) -> None:
    with connect("loader") as connection:
        ingest_source("n0", "dfe_children_in_need")  # so that the table exists
        connection.execute("truncate raw.landings, raw.looks, raw.drifts, raw.dfe_children_in_need__protection_plans")
        connection.execute(
            "create function raw.lose() returns trigger language plpgsql as"
            " $$ begin return case when new.time_period = '2019' then null else new end; end $$"
        )
        connection.execute(
            "create trigger lose before insert on raw.dfe_children_in_need__protection_plans"
            " for each row execute function raw.lose()"
        )
    with pytest.raises(Fault, match="232 rows") as fault:
        ingest_source("n1", "dfe_children_in_need")
    assert fault.value.name == "rows_lost"
    assert rows("select count(*) from raw.landings") == [(0,)]


def test_a_column_added_to_a_declaration_appears_in_the_table(warehouse: str) -> None:
    declared = source(WORKFORCE)
    table = declared.tables["indicators"]
    narrow = table.model_copy(update={"columns": table.columns[1:]})
    with connect("loader", autocommit=True) as connection:
        tables.ensure(connection, declared.model_copy(update={"tables": {"indicators": narrow}}))
        tables.ensure(connection, declared)
    described = rows(
        "select col_description(attrelid, attnum) from pg_attribute"
        f" where attrelid = '{TABLE}'::regclass and attname = '{table.columns[0].name}'"
    )
    assert described == [(table.columns[0].meaning,)]


def test_two_that_make_the_tables_at_once_wait_for_each_other(warehouse: str) -> None:
    declared = source(WORKFORCE)

    def make() -> None:
        with connect("loader", autocommit=True) as connection:
            tables.ensure(connection, declared)

    with ThreadPoolExecutor(1) as pool, connect("loader") as first:
        first.execute("select 1")  # begins a transaction: what follows waits for its end
        tables.ensure(first, declared)
        second = pool.submit(make)
        with pytest.raises(FutureTimeout):
            second.result(timeout=1)
        first.commit()
        second.result(timeout=60)
    assert len(rows(f"select 1 from pg_index where indrelid = '{TABLE}'::regclass")) == 1


def test_a_mirror_that_is_not_named_is_a_fault(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    get_settings.cache_clear()
    with pytest.raises(Fault, match="SOCIALCARE_PUBLISHED"):
        ingest_source("n1", WORKFORCE)
