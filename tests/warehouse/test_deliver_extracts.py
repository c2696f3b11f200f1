"""Extracts from a real database: whole sets, honest manifests, nobody else's figures."""

import csv
import fcntl
import hashlib
import json
import shutil
import stat
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
import python_calamine

from socialcare.database import ADMIN, connect
from socialcare.deliver import extracts, summary
from socialcare.deliver.place import delivered_version
from socialcare.errors import Fault
from socialcare.registry import all_councils
from socialcare.settings import get_settings

from .hand_made import manifest, night, rows

CHECKS = {"passed": 41, "warned": 1, "failed": 0}
#: Made up, each recognisable: council code -> children looked after now.
LIVE = {"E06000047": 90417, "E06000003": 90423, "E08000023": 90431}


@pytest.fixture
def marts(module_warehouse: str) -> None:
    """Marts of the published shape, by hand: 2024 looked-after rates (DfE), live figures made up. Nothing delivered."""
    shutil.rmtree(get_settings().extracts, ignore_errors=True)
    with connect(ADMIN) as connection:
        connection.execute("truncate versions.version cascade")
        connection.execute("drop schema published cascade; create schema published authorization publisher")
        connection.execute("grant usage on schema published to analyst")
        connection.execute("""
            create table published.about as select 1::bigint as version_id;
            create table published.source_status as
                select 'dfe_children_looked_after' as source_id, 'kept_last_good' as state,
                    now() as last_look_at, 3 as age_days, 'The file lacks a column.' as message;
            create table published.regional_comparison (
                council_code text, council_name text, indicator_id text, indicator_name text, period text,
                period_type text, period_end_date date, value numeric(18,6), value_status text, unit text,
                decimals integer,
                neighbour_mean numeric(18,6), neighbour_status text, north_east_value numeric(18,6),
                north_east_status text, england_value numeric(18,6), england_status text,
                release_id text);
            create table published.dim_indicator as
                select 'cla_rate_per_10000' as indicator_id, true as is_headline union all select 'cla', false;
            create table published.dim_word as select 'c' as word, 'hidden' as meaning;
            create table published.looked_after_now (
                council_code text, as_of_date date, children bigint, rate_per_10000 numeric(18,6),
                is_synthetic boolean, extract_age_days integer);
            alter table published.looked_after_now enable row level security;
        """)
        for council, rate in zip(all_councils(), (122, 153, 102), strict=True):
            for period, value in (("2023", rate - 2), ("2024", rate)):
                connection.execute(
                    "insert into published.regional_comparison values (%s, %s, 'cla_rate_per_10000',"
                    " '=Children looked after', %s, 'snapshot', make_date(%s, 3, 31), %s, 'final',"
                    " 'per 10,000', 0, 98.5, 'given', 114, 'final', 70, 'final', 'dfe_children_looked_after/2024')",
                    [council.ons_code, council.name, period, int(period), value],
                )
            connection.execute(
                "insert into published.looked_after_now values (%s, '2025-01-31', %s, 99.5, true, 12)",
                [council.ons_code, LIVE[council.ons_code]],
            )
            own = f"create policy {council.role} on published.looked_after_now for select to {council.role}"
            connection.execute(f"{own} using (council_code = '{council.ons_code}')")
            connection.execute(f"grant usage on schema published to {council.role}")
            connection.execute(f"grant select on all tables in schema published to {council.role}")
        connection.execute(
            "alter table published.about owner to publisher;"
            "alter table published.source_status owner to publisher;"
            "grant select on published.about, published.regional_comparison, published.dim_indicator,"
            " published.dim_word to analyst"
        )
    new_version(1)


#: Of every figure, councils' own included: nobody but the platform may see it.
FULL_CHECKSUM = "f0" * 32


#: The marts of the fixture: who reads each, and its key. dim_indicator is there, and is not taken away.
MARTS = {
    "regional_comparison": ("shared", ["indicator_id", "period", "council_code"]),
    "looked_after_now": ("own", ["council_code"]),
    "dim_indicator": ("shared", ["indicator_id"]),
    "dim_word": ("shared", ["word"]),
}


def shape() -> dict[str, Any]:
    """The marts as a version keeps them, with the columns that the database has."""
    found: dict[str, Any] = {}
    for mart, (access, grain) in MARTS.items():
        columns = rows(
            ADMIN,
            "select attname, format_type(atttypid, atttypmod) from pg_attribute where attnum > 0"
            f" and attname <> 'extract_age_days' and attrelid = 'published.{mart}'::regclass order by attnum",
        )
        described = [{"name": name, "type": kind, "description": f"What {name} is."} for name, kind in columns]
        about = {"name": mart, "access": access, "grain": grain, "order_by": grain, "description": f"Rows of {mart}."}
        found[mart] = {**about, "columns": described, "extract": mart != "dim_indicator"}
    return found


def new_version(version_id: int, checksum: str = "c0ffee", built_at: str = "2025-02-03 02:10Z") -> None:
    with connect(ADMIN) as connection:
        connection.execute(
            "insert into versions.version (version_id, build_key, state, data_mode, built_at, shared_checksum,"
            " checksum, night_id, checks_passed, checks_warned, shape)"
            " overriding system value values (%s, 'k', 'published', 'sample', %s, %s, %s, 'n7', 33, 2, %s)"
            " on conflict (version_id) do update set shared_checksum = excluded.shared_checksum,"
            " built_at = excluded.built_at, shape = excluded.shape",
            [version_id, built_at, checksum, FULL_CHECKSUM, json.dumps(shape())],
        )
        connection.execute("update published.about set version_id = %s", [version_id])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lying() -> list[str]:
    """What a person sees in the folder of all sets, the note on sources left out."""
    names = {path.name for path in get_settings().extracts.iterdir()}
    return sorted(names - {".lock", "NOTES.txt"})


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.usefixtures("marts")
def test_each_council_gets_its_comparison_and_its_own_live_figure() -> None:
    whole = extracts.write(1, checks=CHECKS)
    assert whole == get_settings().extracts / "v1"
    assert (get_settings().extracts / "current").resolve() == whole.resolve()
    comparison = rows_of(whole / "durham" / "durham_regional_comparison.csv")
    assert [(row["period"], row["value"], row["value_status"]) for row in comparison] == [
        ("2023", "120", "final"), ("2024", "122", "final"),
    ]  # fmt: skip
    assert comparison[0]["england_value"] == "70"
    assert comparison[0]["release_id"] == "dfe_children_looked_after/2024"
    assert comparison[0]["indicator_name"] == "'=Children looked after"
    (now,) = rows_of(whole / "durham" / "durham_looked_after_now_SYNTHETIC.csv")
    assert now["children"] == "90417"
    assert now["data_kind"].startswith("SYNTHETIC")
    assert "extract_age_days" not in now


@pytest.mark.usefixtures("marts")
def test_the_manifests_agree_with_the_files() -> None:
    whole = extracts.write(1, checks=CHECKS)
    for council in all_councils():
        folder = whole / council.id
        manifest = read_json(folder / "manifest.json")
        assert {entry["name"] for entry in manifest["files"]} | {"manifest.json"} == {p.name for p in folder.iterdir()}
        for entry in manifest["files"]:
            content = (folder / entry["name"]).read_bytes()
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
            assert entry["bytes"] == len(content)
            if entry["name"].endswith(".csv"):
                assert entry["rows"] == len(rows_of(folder / entry["name"]))
    manifest = read_json(whole / "manifest.json")
    assert (manifest["version"], manifest["version_checksum"], manifest["checks"]) == (1, "c0ffee", CHECKS)
    assert manifest["built_at"] == "2025-02-03 02:10:00+00:00"
    assert [row["source_id"] for row in manifest["stale"]] == ["dfe_children_looked_after"]
    assert manifest["councils"]["durham"] == {"as_of": "2025-01-31", "is_synthetic": True}
    assert "SYNTHETIC" in manifest["notice"]


@pytest.mark.usefixtures("marts")
def test_no_councils_folder_and_no_shared_file_holds_anothers_live_figure() -> None:
    whole = extracts.write(1, checks=CHECKS)
    for council in all_councils():
        foreign = [str(figure) for code, figure in LIVE.items() if code != council.ons_code]
        for name, content in everything(whole / council.id).items():
            assert not [figure for figure in foreign if figure.encode() in content], name
        for shared in (whole / "manifest.json", *(whole / "regional").iterdir()):
            text = shared.read_bytes()
            assert str(LIVE[council.ons_code]).encode() not in text
            for name in (f"{council.id}_looked_after_now_SYNTHETIC.csv", f"{council.id}_SYNTHETIC.xlsx"):
                live = (whole / council.id / name).read_bytes()
                assert hashlib.sha256(live).hexdigest().encode() not in text, "as good as the number itself"
        unmeasured = {
            entry["name"] for entry in read_json(whole / "manifest.json")["files"]
            if entry["folder"] == council.id and not {"rows", "bytes", "sha256"} & set(entry)
        }  # fmt: skip
        assert unmeasured == {
            f"{council.id}_SYNTHETIC.xlsx",
            *(f"{council.id}_looked_after_now_SYNTHETIC.{ending}" for ending in ("csv", "parquet")),
        }


@pytest.mark.usefixtures("marts")
def test_a_councils_folder_is_closed_to_other_accounts() -> None:
    whole = extracts.write(1, checks=CHECKS)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (whole, *whole.iterdir()) if path.is_dir()}
    assert modes == {"v1": 0o750, "regional": 0o750, **{council.id: 0o700 for council in all_councils()}}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (whole / "regional").iterdir()} == {0o640}


@pytest.mark.usefixtures("marts")
def test_nothing_is_delivered_when_row_level_security_was_lost() -> None:
    with connect(ADMIN) as connection:
        connection.execute("alter table published.looked_after_now disable row level security")
    with pytest.raises(Fault, match="foreign_rows"):
        extracts.write(1, checks=CHECKS)
    assert lying() == []


@pytest.mark.usefixtures("marts")
def test_the_same_version_is_written_once_and_always_with_the_same_bytes() -> None:
    whole = extracts.write(1, checks=CHECKS)
    first, made = everything(whole), whole.stat().st_ino
    extracts.write(1, checks=CHECKS)
    assert whole.stat().st_ino == made, "nothing was written again"
    for path in sorted(whole.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    whole.rmdir()
    assert everything(extracts.write(1, checks=CHECKS)) == first


@pytest.mark.usefixtures("marts")
def test_a_delivery_that_breaks_off_leaves_the_last_good_set(monkeypatch: pytest.MonkeyPatch) -> None:
    extracts.write(1, checks=CHECKS)
    before = everything(get_settings().extracts / "current")
    new_version(2, "beef")

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(extracts, "set_manifest", full_disk)
        with pytest.raises(OSError, match="No space left"):
            extracts.write(2, checks=CHECKS)
    assert everything(get_settings().extracts / "current") == before
    assert lying() == ["current", "v1"]


@pytest.mark.usefixtures("marts")
def test_stale_is_said_beside_the_set_and_goes_with_the_next_good_delivery() -> None:
    whole = extracts.write(1, checks=CHECKS)
    before = everything(whole)
    extracts.mark_stale("raw suite failed: dfe_social_work_workforce")
    note = get_settings().extracts / "STALE.txt"
    assert "version 1" in note.read_text()
    assert "dfe_social_work_workforce" in note.read_text()
    assert everything(whole) == before
    extracts.write(1, checks=CHECKS)
    assert not note.exists()


@pytest.mark.usefixtures("marts")
def test_a_version_that_is_no_longer_current_is_not_delivered() -> None:
    new_version(2)
    with pytest.raises(Fault, match="version_not_current"):
        extracts.write(1, checks=CHECKS)


@pytest.mark.usefixtures("marts")
def test_old_sets_go_and_a_rolled_back_version_is_shown_again() -> None:
    for number in range(1, 8):
        new_version(number)
        extracts.write(number, checks=CHECKS)
    new_version(4)
    extracts.write(4, checks=CHECKS)
    assert delivered_version() == 4
    kept = {path.name for path in get_settings().extracts.iterdir() if path.is_dir() and not path.is_symlink()}
    assert kept == {"v3", "v4", "v5", "v6", "v7"}


@pytest.mark.usefixtures("marts")
def test_a_warehouse_made_anew_does_not_inherit_the_files_of_the_old_one() -> None:
    extracts.write(1, checks=CHECKS)
    new_version(1, checksum="another warehouse", built_at="2025-06-07 02:10Z")
    whole = extracts.write(1, checks=CHECKS)
    assert read_json(whole / "manifest.json")["version_checksum"] == "another warehouse"
    assert lying() == ["current", "v1"]


@pytest.mark.usefixtures("marts")
def test_the_summary_reads_the_newest_headline_figures_as_the_analyst() -> None:
    with connect(ADMIN) as connection:
        connection.execute(
            "insert into published.regional_comparison (council_code, indicator_id, period_end_date, value)"
            " values ('E06000047', 'cla', '2024-03-31', 1205)"
        )
    rows = summary.latest()
    assert {row.council_code: int(row.value or 0) for row in rows} == {
        "E06000047": 122, "E06000003": 153, "E08000023": 102,
    }  # fmt: skip
    assert {summary.when(row) for row in rows} == {"31 March 2024"}


@pytest.mark.usefixtures("marts")
def test_the_checksum_over_everything_is_in_no_file() -> None:
    extracts.write(1)
    for name, content in everything(get_settings().extracts).items():
        assert FULL_CHECKSUM.encode() not in content, name


def test_the_checksum_over_everything_is_in_no_published_view(warehouse: str) -> None:
    version_id = night("a", 1)
    ((full,),) = rows("publisher", f"select checksum from versions.version where version_id = {version_id}")
    views = rows("publisher", "select relname from pg_class where relnamespace = 'published'::regnamespace")
    assert {name for (name,) in views} >= {"about", "source_status", "comparison", "now_own"}
    for (name,) in views:
        for role in ("publisher", "council_durham"):
            assert full not in str(rows(role, f"select * from published.{name}")), name


@pytest.mark.usefixtures("marts")
def test_the_checks_are_those_of_the_version_and_not_of_tonight() -> None:
    whole = extracts.write(1)
    for folder in (whole, whole / "durham"):
        assert read_json(folder / "manifest.json")["checks"] == {"night": "n7", "passed": 33, "warned": 2}


@pytest.mark.usefixtures("marts")
def test_a_source_at_its_last_good_release_is_told_beside_the_set() -> None:
    note = get_settings().extracts / "NOTES.txt"
    whole = extracts.write(1)
    before = everything(whole)
    assert "- dfe_children_looked_after: The file lacks a column." in note.read_text()
    with connect(ADMIN) as connection:
        connection.execute("update published.source_status set message = 'The page moved.'")
    extracts.write(1)
    assert "The page moved." in note.read_text(), "the version is unchanged, the note is not"
    with connect(ADMIN) as connection:
        connection.execute("update published.source_status set state = 'ok'")
    extracts.write(1)
    assert not note.exists()
    assert everything(whole) == before


@pytest.mark.usefixtures("marts")
def test_two_deliveries_wait_for_each_other() -> None:
    get_settings().extracts.mkdir()
    with (get_settings().extracts / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=extracts.write, args=[1])
        second.start()
        second.join(0.5)
        assert second.is_alive()
        assert lying() == []
    second.join(30)
    assert lying() == ["current", "v1"]


@pytest.mark.usefixtures("marts")
def test_a_pointer_that_moves_during_the_writing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = extracts.set_manifest

    def slow(*arguments: Any, **named: Any) -> Mapping[str, Any]:
        new_version(2)
        return whole(*arguments, **named)

    monkeypatch.setattr(extracts, "set_manifest", slow)
    with pytest.raises(Fault, match="version_not_current"):
        extracts.write(1)
    assert lying() == []


@pytest.mark.usefixtures("marts")
def test_the_region_gets_what_all_share_and_the_dictionary_says_what_it_is() -> None:
    whole = extracts.write(1)
    region = whole / "regional"
    assert len(rows_of(region / "regional_regional_comparison.csv")) == 6
    names = {path.name for path in region.iterdir()}
    assert names == {
        *(f"regional_{mart}.{end}" for mart in ("regional_comparison", "dim_word") for end in ("csv", "parquet")),
        *("regional.xlsx", "data_dictionary.csv", "manifest.json"),
    }
    described = {(row["table"], row["column"]): row for row in rows_of(whole / "durham" / "data_dictionary.csv")}
    assert described["looked_after_now", "children"]["type"] == "whole number"
    assert described["regional_comparison", "value"]["unit"] == "as the row's unit says"
    assert ("looked_after_now", "extract_age_days") not in described
    assert {table for table, _ in described} == {"regional_comparison", "looked_after_now", "dim_word"}
    for folder in ("regional", "durham"):  # what the words mean is for everybody
        assert rows_of(whole / folder / f"{folder}_dim_word.csv") == [{"word": "c", "meaning": "hidden"}]


@pytest.mark.usefixtures("marts")
def test_a_workbook_holds_what_the_other_files_do() -> None:
    whole = extracts.write(1)
    book = python_calamine.load_workbook(whole / "durham" / "durham_SYNTHETIC.xlsx")
    fronts = ["Read me first", "Data dictionary"]
    assert book.sheet_names == [*fronts, "SYNTHETIC looked_after_now", "dim_word", "regional_comparison"]
    head, now = book.get_sheet_by_name("SYNTHETIC looked_after_now").to_python()
    assert dict(zip(head, now, strict=True)) == {
        "council_code": "E06000047", "as_of_date": date(2025, 1, 31), "children": 90417, "rate_per_10000": 99.5,
        "is_synthetic": "true", "data_kind": "SYNTHETIC, not about real children",
    }  # fmt: skip
    front = "\n".join(str(cell) for row in book.get_sheet_by_name("Read me first").to_python() for cell in row)
    for said in (
        "SYNTHETIC: figures",
        "STALE: 1 of 1",
        "33 passed, 2 warned",
        str(date(2025, 1, 31)),
        "The file lacks a column",
    ):
        assert said in front
    for council in all_councils():
        if council.id != "durham":
            every = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
            assert str(LIVE[council.ons_code]) not in every
            assert council.ons_code not in every


@pytest.mark.usefixtures("marts")
def test_an_own_table_that_does_not_say_so_is_marked_as_its_councils_records_are() -> None:
    with connect(ADMIN) as connection:
        connection.execute("create table published.caseloads as select 'E06000047' as council_code, 8 as cases")
        for council in all_councils():
            connection.execute(f"grant select on published.caseloads to {council.role}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MARTS, "caseloads", ("own", ["council_code"]))
        new_version(1)
    with pytest.raises(Fault, match="foreign_rows"):  # without row-level security, every council sees Durham's
        extracts.write(1)
    with connect(ADMIN) as connection:
        connection.execute("alter table published.caseloads enable row level security")
        connection.execute("create policy d on published.caseloads for select to council_durham using (true)")
    whole = extracts.write(1)
    (row,) = rows_of(whole / "durham" / "durham_caseloads_SYNTHETIC.csv")
    assert row == {"council_code": "E06000047", "cases": "8", "data_kind": "SYNTHETIC, not about real children"}


@pytest.mark.usefixtures("marts")
def test_a_report_lies_in_each_folder_and_is_listed_like_the_rest() -> None:
    def report(folder: Path, connection: Any, *, council: Any, about: Any, sources: Any, before: Any) -> None:
        seen = connection.execute("select current_user, count(*) from published.regional_comparison").fetchone()
        (folder / "pages").mkdir()
        (folder / "pages" / "index.html").write_text(f"{council and council.id} {about['version_id']} {seen}")

    whole = extracts.write(1, report=report)
    assert (whole / "regional/report/pages/index.html").read_text() == "None 1 ('analyst', 6)"
    assert (whole / "durham/report/pages/index.html").read_text() == "durham 1 ('council_durham', 6)"
    files = [f for f in read_json(whole / "durham" / "manifest.json")["files"] if f["name"].startswith("report/")]
    assert [set(file) for file in files] == [{"name", "bytes", "sha256"}]
    shared = [f for f in read_json(whole / "manifest.json")["files"] if f["name"].startswith("report/")]
    assert [f["folder"] for f in shared if "sha256" in f] == ["regional"]


def published(key: str, value: float = 10, **how: Any) -> int:
    """Publish a version of the small marts that say they are taken away."""
    declared = manifest(extract=True, **how.pop("meta", {}))
    declared["nodes"]["model.socialcare.now_own"]["config"]["meta"]["extract"] = True
    return night(key, value, manifest=declared, **how)


def test_what_changed_since_the_version_before_is_counted_in_shared_tables_alone(warehouse: str) -> None:
    first = published("a", 10, rows=3)
    assert read_json(extracts.write(first) / "manifest.json")["changes"] == {"since_version": None, "tables": {}}
    second = published("b", 12, rows=4, extra="value_status")
    with connect(ADMIN) as connection:  # a value that stays, and two that are hidden
        connection.execute(f"update versions.comparison__v{second} set value = 10 where period = 'p1'")
        connection.execute(
            f"update versions.comparison__v{second} set value_status = 'suppressed'"
            " where period = 'p2' and council_code <> 'E06000047'"
        )
    told = read_json(extracts.write(second) / "manifest.json")
    assert told["changes"] == {
        "since_version": first,
        "tables": {"comparison": {"added": 3, "removed": 0, "changed": 6}},
    }
    assert told["suppressed_cells"] == {"comparison": {"value_status": 2}}
    own = rows_of(get_settings().extracts / "current/south_tyneside/south_tyneside_now_own.csv")
    assert [row["period"] for row in own] == ["p1", "p2", "p3", "p4"]
    assert {row["council_code"] for row in own} == {"E08000023"}
    assert "days" not in own[0], "what is computed when read would change the bytes every day"
    third = published("c", 12, rows=1, extra="value_status")
    told = read_json(extracts.write(third) / "manifest.json")
    assert told["changes"]["tables"]["comparison"]["removed"] == 9
    with connect(ADMIN) as connection:
        connection.execute(f"drop table versions.comparison__v{second}")
    shutil.rmtree(get_settings().extracts / f"v{third}")
    told = read_json(extracts.write(third) / "manifest.json")
    assert told["changes"] == {"since_version": second, "tables": {"comparison": None}}


def test_rows_are_read_in_batches_and_all_arrive(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialcare.deliver.read_rows.BATCH", 7)
    whole = extracts.write(published("a", rows=20))
    read = rows_of(whole / "regional" / "regional_comparison.csv")
    keys = [(row["council_code"], row["period"]) for row in read]
    assert len(keys) == 60
    assert keys == sorted(keys)
    table = parquet.read_table(whole / "regional" / "regional_comparison.parquet")
    assert list(zip(table["council_code"].to_pylist(), table["period"].to_pylist(), strict=True)) == keys
    sheet = python_calamine.load_workbook(whole / "regional" / "regional.xlsx").get_sheet_by_name("comparison")
    assert [(row[0], row[2]) for row in sheet.to_python()[1:]] == keys
