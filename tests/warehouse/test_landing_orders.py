"""Releases end the same in whatever order they come, and a declaration that grew is caught up with."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pac
import pytest
from tests.fakes import mirror

from socialcare.database import ADMIN, connect
from socialcare.errors import Fault
from socialcare.land import account
from socialcare.land import declared as declared_signs
from socialcare.land import parse as parsing
from socialcare.land.grid import Grid, trimmed
from socialcare.registry import Source, source
from socialcare.settings import get_settings
from socialcare.steps import ingest_source as step
from socialcare.steps.ingest_source import ingest_source
from socialcare.warehouse import schema

WORKFORCE = "dfe_social_work_workforce"


@pytest.fixture
def folder(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of the sample's workforce releases, 2022 to 2024, which the platform reads."""
    root = mirror.write(tmp_path / "mirror", WORKFORCE)
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(root))
    get_settings.cache_clear()
    return root / source(WORKFORCE).mirror.folder


def rows(query: str) -> list[tuple[object, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def contents() -> dict[str, list[str]]:
    """What counts now in each table of the source, without the numbers that landings are given."""
    with connect("transformer") as connection:
        return {
            table: [
                json.dumps(row, sort_keys=True)
                for (row,) in connection.execute(
                    f"select to_jsonb(t) - '_landing_id' from raw.{WORKFORCE}__{table} t"  # type: ignore[arg-type]
                    " join raw.current_landings c on c.landing_id = t._landing_id order by 1"
                )
            ]
            for table in source(WORKFORCE).tables
        }


def forget() -> None:
    with connect("loader") as connection:
        connection.execute(f"truncate raw.landings, raw.looks, raw.drifts, raw.{WORKFORCE}__indicators")


def land_in_order(folder: Path, away: Path, *releases: str) -> None:
    """Put one release after another into the mirror, and look after each."""
    for release in ("2022", "2023", "2024"):
        shutil.move(folder / release, away / release)
    for release in releases:
        shutil.move(away / release, folder / release)
        assert ingest_source(WORKFORCE).detail == f"releases {release}"


@pytest.mark.parametrize("order", [("2023", "2024", "2022"), ("2024", "2023", "2022")])
def test_every_order_ends_in_the_same_tables_and_once_more_changes_nothing(
    folder: Path, tmp_path: Path, order: tuple[str, ...]
) -> None:
    (tmp_path / "away").mkdir()
    land_in_order(folder, tmp_path / "away", "2022", "2023", "2024")
    expected = contents()
    assert expected["indicators"]
    landings = rows("select * from raw.landings order by 1")
    assert ingest_source(WORKFORCE).outcome == "unchanged"
    assert rows("select * from raw.landings order by 1") == landings
    forget()
    land_in_order(folder, tmp_path / "away", *order)
    assert contents() == expected


def lose_a_region(path: Path) -> None:
    """Take councils out of each year, whole, none that sends files: it reads well and cannot be right."""
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "E0800001" not in line))


@pytest.mark.parametrize("broken", ["2024", "2022"])
def test_an_implausible_release_waits_whichever_way_round_it_comes(folder: Path, tmp_path: Path, broken: str) -> None:
    (path,) = (folder / broken).glob("csww_*.csv")
    lose_a_region(path)
    away = tmp_path / "away"
    away.mkdir()
    shutil.move(folder / broken, away / broken)
    ingest_source(WORKFORCE)
    before = contents()
    shutil.move(away / broken, folder / broken)
    for _ in range(2):  # the next night it is looked at again
        with pytest.raises(Fault, match="implausible") as raised:
            ingest_source(WORKFORCE)
    assert raised.value.name == "rows_implausible"
    assert path.name in raised.value.where
    assert "accepted" in raised.value.remedy
    assert contents() == before
    assert rows("select outcome, fault from raw.looks") == [("kept_last_good", "rows_implausible")]


def test_a_change_that_somebody_accepted_lands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = (folder / "2024").glob("csww_*.csv")
    lose_a_region(path)
    with pytest.raises(Fault, match="implausible"):
        ingest_source(WORKFORCE)
    declared = source(WORKFORCE)
    accepted = [{"release": "2024", "table": "indicators", "check": "rows", "why": "Some councils merged that year."}]
    use(monkeypatch, Source.model_validate(declared.model_dump() | {"accepted": accepted}))
    assert ingest_source(WORKFORCE).detail == "releases 2024"


def ten_times_england(path: Path, period: str) -> None:
    """Multiply each of England's figures for one period by ten."""
    lines = [line.split(",") for line in path.read_text("utf-8-sig").splitlines()]
    for cells in lines[1:]:
        if "National" in cells and cells[0] == period:
            cells[10:] = [str(float(cell) * 10) if re.fullmatch("[0-9.]+", cell) else cell for cell in cells[10:]]
    path.write_text("".join(",".join(cells) + "\n" for cells in lines))


def test_a_correction_is_compared_with_the_file_that_it_replaces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest_source(WORKFORCE)
    before = contents()
    (path,) = (folder / "2024").glob("csww_*.csv")
    ten_times_england(path, "2024")  # a year that no other release has
    with pytest.raises(Fault, match="compared with the file that it replaces") as raised:
        ingest_source(WORKFORCE)
    assert raised.value.name == "totals_implausible"
    assert contents() == before
    accepted = [{"release": "2024", "table": "indicators", "check": "totals", "why": "DfE corrected the unit."}]
    use(monkeypatch, Source.model_validate(source(WORKFORCE).model_dump() | {"accepted": accepted}))
    assert ingest_source(WORKFORCE).detail == "releases 2024"


def use(monkeypatch: pytest.MonkeyPatch, declared: Source) -> None:
    monkeypatch.setattr(step, "source", lambda _: declared)


def without(column: str) -> Source:
    """The source as it was before somebody declared this column."""
    declared = source(WORKFORCE)
    table = declared.tables["indicators"]
    columns = tuple(c for c in table.columns if c.name != column)
    return declared.model_copy(update={"tables": {"indicators": table.model_copy(update={"columns": columns})}})


def drop_column(path: Path, name: str) -> None:
    lines = [line.split(",") for line in path.read_text("utf-8-sig").splitlines()]
    at = lines[0].index(name)
    path.write_text("".join(",".join([*line[:at], *line[at + 1 :]]) + "\n" for line in lines))


def test_a_column_declared_since_is_read_out_of_the_archive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for release in ("2022", "2023"):
        shutil.rmtree(folder / release)
    declared = source(WORKFORCE)
    renamed = next(c for c in declared.tables["indicators"].columns if c.name == "caseload_fte").model_copy(
        update={"name": "notes_on_cases", "header": "caseload_fte", "kind": "text"}
    )
    table = without("caseload_fte").tables["indicators"]
    older = table.model_copy(update={"columns": (*table.columns, renamed)})
    use(monkeypatch, declared.model_copy(update={"tables": {"indicators": older}}))
    ingest_source(WORKFORCE)
    assert ingest_source(WORKFORCE).outcome == "unchanged"
    use(monkeypatch, declared)
    assert ingest_source(WORKFORCE).detail == "releases 2024"
    landed = rows("select landing_id, counts, file_sha256 from raw.landings order by 1")
    assert [counts for _, counts, _ in landed] == [False, True]
    assert len({sha256 for _, _, sha256 in landed}) == 1
    cases = f"select count(caseload_fte), count(*) from raw.{WORKFORCE}__indicators group by _landing_id order by 1"
    (none, rows_then), (some, rows_now) = rows(cases)
    assert none == 0
    assert some
    assert rows_then == rows_now
    assert ingest_source(WORKFORCE).outcome == "unchanged"
    assert len(rows("select 1 from raw.landings")) == 2


def test_a_column_that_the_landed_file_lacks_costs_no_second_landing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in folder.rglob("csww_*.csv"):
        if "working_days_lost_fte" in path.read_text("utf-8-sig"):
            drop_column(path, "working_days_lost_fte")
    use(monkeypatch, without("working_days_lost_fte"))
    ingest_source(WORKFORCE)
    use(monkeypatch, source(WORKFORCE))
    assert ingest_source(WORKFORCE).outcome == "unchanged"
    assert len(rows("select 1 from raw.landings")) == 3
    assert not rows("select 1 from raw.landings where declaration = ''")


def test_a_repaired_reader_lands_again_what_it_reads_otherwise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest_source(WORKFORCE)
    monkeypatch.setattr(declared_signs, "READER", declared_signs.READER + 1)
    assert ingest_source(WORKFORCE).outcome == "unchanged"
    assert len(rows("select 1 from raw.landings")) == 3

    def repaired(grid: Grid) -> Grid:
        (part,) = trimmed(grid).parts
        again = [pac.replace_substring(column, "County Durham", "Durham") for column in part.columns]
        return replace(grid, parts=[replace(part, columns=again)])

    monkeypatch.setattr(parsing, "trimmed", repaired)
    assert ingest_source(WORKFORCE).outcome == "unchanged"
    monkeypatch.setattr(declared_signs, "READER", declared_signs.READER + 1)
    assert ingest_source(WORKFORCE).detail == "releases 2022, 2023, 2024"
    assert not any("County Durham" in row for row in contents()["indicators"])


def test_what_the_archive_lost_is_fetched_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, without("working_days_lost_fte"))
    for path in folder.rglob("csww_*.csv"):
        if "working_days_lost_fte" in path.read_text("utf-8-sig"):
            drop_column(path, "working_days_lost_fte")
    ingest_source(WORKFORCE)
    shutil.rmtree(get_settings().archive)
    use(monkeypatch, source(WORKFORCE))
    ingest_source(WORKFORCE)
    assert len(rows("select 1 from raw.landings")) == 3
    with connect("loader") as connection:
        assert account.total(list(account.accounts(connection))).unequal == 0
    assert ingest_source(WORKFORCE).outcome == "unchanged"


def test_a_table_declared_since_is_found_in_releases_that_have_not_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(folder / "2022")
    symbols = tuple(s.model_copy(update={"tables": ()}) for s in source(WORKFORCE).symbols)
    declared = source(WORKFORCE).model_copy(update={"symbols": symbols})
    again = declared.tables["indicators"]
    use(monkeypatch, declared.model_copy(update={"tables": {"indicators": again}}))
    ingest_source(WORKFORCE)
    use(monkeypatch, declared.model_copy(update={"tables": {"indicators": again, "roles_by_ethnicity": again}}))
    ingest_source(WORKFORCE)
    assert len(rows("select 1 from raw.current_landings where table_name = 'roles_by_ethnicity'")) == 2


def test_one_release_can_be_asked_for(folder: Path) -> None:
    assert ingest_source(WORKFORCE, only="2023").detail == "releases 2023"
    assert rows("select release from raw.current_landings") == [("2023",)]
    assert ingest_source(WORKFORCE, only="2023").outcome == "unchanged"
    assert ingest_source(WORKFORCE).detail == "releases 2022, 2024"


def test_a_look_keeps_what_is_newest_when_it_last_changed_and_what_is_only_worth_a_note(folder: Path) -> None:
    ingest_source(WORKFORCE)
    ((newest, changed_at, moved),) = rows("select newest_release, changed_at, moved from raw.looks")
    assert (newest, moved) == ("2024", {})
    ingest_source(WORKFORCE)
    assert rows("select changed_at from raw.looks") == [(changed_at,)]
    notes = rows("select l.release, d.kind from raw.drifts d join raw.landings l using (landing_id) order by 1, 2")
    assert ("2022", "columns_absent") in notes


def test_the_account_adds_up_and_would_say_if_it_did_not(folder: Path) -> None:
    ingest_source(WORKFORCE)
    with connect("loader") as connection:
        found = list(account.accounts(connection, WORKFORCE))
        assert [line.release for line in found] == ["2022", "2023", "2024"]
        for line in found:
            lines = (folder / line.release / line.file_name).read_bytes().count(b"\n")
            assert line.in_file.data == line.in_raw == lines - 1
        connection.execute(f"delete from raw.{WORKFORCE}__indicators where time_period = '2019'")
        after = account.total(list(account.accounts(connection)))
    assert after.unequal == after.tables == 3
    assert after.in_raw < after.data


def test_a_warehouse_from_before_learns_the_new_columns(folder: Path) -> None:
    ingest_source(WORKFORCE)
    before = contents()
    with connect(ADMIN) as connection:
        connection.execute("drop view raw.current_landings cascade; drop table raw.drifts")
        connection.execute("delete from ops.schema_applied")
        connection.execute("drop index raw.landings_once")
        for column in ("rows_blank", "rows_notes", "declaration", "reading"):
            connection.execute(f"alter table raw.landings drop column {column}")
        for column in ("moved", "newest_release", "changed_at"):
            connection.execute(f"alter table raw.looks drop column {column}")
        connection.execute("alter table raw.landings add unique (source_id, table_name, release_id, file_sha256)")
    schema.apply()
    assert ingest_source(WORKFORCE).outcome == "landed"  # read again: nobody knows how it was read then
    assert contents() == before
    assert ingest_source(WORKFORCE).outcome == "unchanged"
