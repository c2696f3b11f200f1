"""What is due, and whether Annex A is ready: counted as planted, and named in the council's own outbox. All made up."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from python_calamine import load_workbook
from tests.canaries import files_under

from socialcare.database import ADMIN, connect
from socialcare.door import arrival, due_list, plan
from socialcare.door.intake import take_in
from socialcare.errors import Fault
from socialcare.generate import Life, truth
from socialcare.generate.annex_a import lists
from socialcare.generate.everything import write_return
from socialcare.generate.rows import OPEN, months_later
from socialcare.generate.truth import Figure
from socialcare.generate.write_local_staff import staff_numbers
from socialcare.registry.bank_holidays import BANK_HOLIDAYS
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns, return_spec
from socialcare.settings import PROJECT_ROOT, get_settings
from socialcare.steps import list_due as lists_of_night
from socialcare.steps.list_due import list_due
from socialcare.warehouse import dbt, versions

from .delivered import rows

AS_OF, YEAR = date(2026, 3, 31), 2026
#: The planted figures of each kind of thing that the standard data set and the local records tell of.
PLANTED = {
    **{"cin_visit": "CIN_VISITS", "cp_visit": "CP_VISITS", "cla_visit": "CLA_VISITS", "cp_review": "CP_REVIEWS"},
    **{"cla_review": "CLA_REVIEWS", "assessment": "ASSESSMENTS", "pathway_plan": "PATHWAYS"},
    "family_plan_review": "FAMILY_REVIEWS",
}
#: What each council of the test sends: the second has no standard data set, and no local records at all.
SENDS = {"durham": ("local_records", "ssd", "annex_a"), "south_tyneside": ("annex_a",)}
LIVES = {name: Life(name, AS_OF, None, 60) for name in SENDS}


@pytest.fixture(scope="module")
def planted(module_warehouse: str) -> dict[str, Figure]:
    """Return the first council's truth, once both councils' returns are in and the marts of this part built."""
    everything = [declared.id for declared in all_returns()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
        for name, returns in SENDS.items():
            for one in returns:
                write_return(LIVES[name], get_settings().inbox / name, one, YEAR, "none")
            for delivery in arrival.look(name).whole:
                assert take_in(delivery).verdict == "accepted"
    dbt.build("+practice_due +annex_a_readiness")
    return {figure.indicator: figure for figure in truth(LIVES["durham"], YEAR)}


def _summed(council_name: str) -> dict[str, tuple[Any, ...]]:
    found = rows(
        "select what, bool_and(is_told), sum(overdue)::int, sum(due_this_week)::int, min(as_of_date)"
        f" from marts.practice_due where council_name = '{council_name}' group by what"
    )
    return {what: tuple(figures) for what, *figures in found}


def test_what_is_due_is_the_planted_truth(planted: dict[str, Figure]) -> None:
    found = _summed("Durham")
    for what, name in PLANTED.items():
        wanted = (True, planted[f"PR_LATE_{name}"].numerator, planted[f"PR_WEEK_{name}"].numerator, AS_OF)
        assert found.get(what, (True, 0, 0, AS_OF)) == wanted, what
    assert sum(found[what][1] > 0 for what in PLANTED if what in found) >= 5, "too little is planted to tell"
    assert all(figures[0] for figures in found.values())


def test_a_council_without_the_data_set_is_counted_by_annex_a_and_the_rest_is_not_known(
    planted: dict[str, Figure],
) -> None:
    """The lists of the life itself, worked by hand: 14 and 42 days after the last visit, 6 months after a review."""
    found, made = _summed("South Tyneside"), lists(LIVES["south_tyneside"])
    last = {
        "cp_visit": ("List 7", "Child Protection Plan End Date", "Date of the Last Statutory Visit", 14),
        "cla_visit": ("List 8", "Date Ceased to be Looked After", "Date of Last Social Work Visit", 42),
    }
    today = LIVES["south_tyneside"].as_of
    for what, (sheet, ended, seen, every) in last.items():
        due = made[sheet][seen][made[sheet][ended] == OPEN] + every
        assert found[what] == (True, int((due < today).sum()), int(((due >= today) & (due < today + 7)).sum()), AS_OF)
    plans = made["List 7"]
    is_open = plans["Child Protection Plan End Date"] == OPEN
    held, began = (
        plans[name][is_open] for name in ("Date of latest review conference", "Child Protection Plan Start Date")
    )
    due = np.where(held == OPEN, months_later(began, 3), months_later(np.where(held == OPEN, 0, held), 6))
    assert found["cp_review"][1] == int((due < today).sum())
    for what in ("supervision", "return_interview", "pathway_plan"):
        assert found[what] == (False, None, None, None), "what was not sent is not none"


def test_records_of_work_without_those_whom_it_is_due_to_tell_nothing(planted: dict[str, Figure]) -> None:
    """Visits without plans, supervision without staff: nobody can be late by them, and that is not none."""
    with connect(ADMIN) as connection:
        for table in ("ssd__cp_plans", "ssd__cla_episodes", "ssd__cin_plans", "local_records__staff"):
            connection.execute(f"delete from raw.{table}")
        found = connection.execute(
            "select what from intermediate.int_practice__due_told where council_id = 'durham' and not is_told"
        ).fetchall()
        connection.rollback()
    wanted = {"cin_visit", "cp_visit", "cla_visit", "cp_review", "cla_review", "supervision", "appraisal"}
    assert {what for (what,) in found} == wanted


def test_each_list_of_annex_a_is_ready_or_says_why_not(planted: dict[str, Figure]) -> None:
    found = rows(
        "select list, list_number, rows_in_list, mandatory_fields, complete_pct, is_ready, why_not"
        f" from marts.annex_a_readiness where council_name = 'Durham' and day = '{AS_OF}' order by list_number"
    )
    made = list(lists(LIVES["durham"]).values())
    assert [row[2] for row in found] == [len(next(iter(one.values()))) for one in made]
    declared = return_spec("annex_a").tables
    assert [row[0] for row in found] == list(declared)
    assert [row[3] for row in found] == [
        sum(c.mandatory and c.is_loaded for c in table.columns.values()) for table in declared.values()
    ]
    assert all(row[4] is None or row[4] >= 95 for row in found)
    assert all(is_ready == (why_not is None) for *_, is_ready, why_not in found)


def test_the_lists_fields_are_those_that_the_return_declares() -> None:
    """The model knows by itself which columns are mandatory: they must be those of the declaration."""
    text = (PROJECT_ROOT / "dbt_project" / "macros" / "annex_a.sql").read_text()
    told = {name: re.findall(r"'(\w+)'", fields) for name, fields in re.findall(r"\('(\w+)', \[(.*?)\]\)", text, re.S)}
    assert told == {
        name: [column.loaded_as for column in table.columns.values() if column.mandatory and column.is_loaded]
        for name, table in return_spec("annex_a").tables.items()
    }
    days = (PROJECT_ROOT / "dbt_project" / "seeds" / "practice" / "bank_holidays.csv").read_text().split()[1:]
    assert days == [day.isoformat() for day in BANK_HOLIDAYS]


@pytest.fixture(scope="module")
def published(planted: dict[str, Figure]) -> Path:
    """Publish what is due; return the outboxes."""
    declared = json.loads(dbt.manifest().read_text())["nodes"]
    alone = {key: node for key, node in declared.items() if node["name"] in ("practice_due", "annex_a_readiness")}
    version = versions.prepare("due", manifest={"nodes": alone})
    versions.mark_audited(version)
    versions.publish(version, None)
    return get_settings().outbox


def _listed(council_id: str) -> list[tuple[Any, ...]]:
    book = load_workbook(str(get_settings().outbox / council_id / "due-this-week.xlsx"))
    return [tuple(row) for row in book.get_sheet_by_name("Overdue and this week").to_python()[1:]]


def test_the_list_names_whom_the_counts_are_about(planted: dict[str, Figure], published: Path) -> None:
    assert list_due("durham").outcome == "listed"
    counted = rows(
        "select what_name, sum(overdue)::int, sum(due_this_week)::int from marts.practice_due"
        " where council_name = 'Durham' and overdue + due_this_week > 0 group by what_name"
    )
    listed, life = _listed("durham"), LIVES["durham"]
    for what, late, week in counted:
        when = Counter(row[3] for row in listed if row[4] == what)
        assert (when["Overdue"], when["This week"]) == (late, week), what
    now = life.care.periods.where(
        (life.care.periods["ended"] > life.as_of) & (life.care.periods["began"] <= life.as_of)
    )
    in_care = set(life.children["id"][now["child"]].tolist())
    reviewed = {row[5] for row in listed if row[4] == "Review of a child looked after"}
    assert reviewed
    assert reviewed <= in_care, "a child that the council calls so, and that is in care"
    supervised = {row[5] for row in listed if row[4] == "Supervision"}
    assert supervised
    assert supervised <= set(staff_numbers(np.arange(len(life.staff.workers))).tolist())
    leads = {(row[5], row[6]) for row in listed if row[6]}
    told = life.allocations.where(life.allocations["ended"] > life.as_of)
    wanted = zip(life.children["id"][told["child"]], staff_numbers(told["worker"]), strict=True)
    assert leads
    assert leads <= set(wanted)
    late = [row[2] for row in listed if row[0] == listed[0][0] and row[2]]
    assert late == sorted(late, reverse=True), "the most overdue first"


def test_the_list_is_the_councils_own_and_says_what_it_is(planted: dict[str, Figure], published: Path) -> None:
    assert list_due("durham").outcome in ("listed", "unchanged")
    page, book = (published / "durham" / f"due-this-week.{kind}" for kind in ("html", "xlsx"))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (page, book, page.parent)] == [0o600, 0o600, 0o700]
    text = page.read_text()
    assert "SYNTHETIC" in text
    assert "As the records of 31 March 2026 had it" in text
    assert "Standard Safeguarding Dataset: as of 31 March 2026, received" in text
    before = page.read_bytes(), book.read_bytes()
    assert list_due("durham").outcome == "unchanged"
    page.unlink()
    assert list_due("durham").outcome == "listed"
    assert (page.read_bytes(), book.read_bytes()) == before, "the same records make the same bytes"


def test_a_missing_source_is_told_in_words(planted: dict[str, Figure], published: Path) -> None:
    assert list_due("south_tyneside").outcome == "listed"
    text = (published / "south_tyneside" / "due-this-week.html").read_text()
    assert "Supervision: no Local records of practice has come in, so what is overdue is not known." in text
    assert "Of some things no record was sent" in text
    assert list_due("redcar_and_cleveland").outcome == "skipped"
    assert not (published / "redcar_and_cleveland").exists()


def test_every_council_has_its_turn_in_the_night(
    planted: dict[str, Figure], published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = due_list.write

    def fails(council_id: str, told: due_list.Told) -> bool:
        if council_id == "durham":
            raise Fault("door_no_room", "made up by this test")
        return written(council_id, told)

    monkeypatch.setattr(due_list, "write", fails)
    (published / "south_tyneside" / "due-this-week.html").unlink(missing_ok=True)
    with pytest.raises(Fault, match="door_no_room"):
        lists_of_night.list_all()
    assert (published / "south_tyneside" / "due-this-week.html").exists()
    monkeypatch.undo()
    said = lists_of_night.list_all()
    assert said.outcome in ("listed", "unchanged")
    wanted = r"durham: [\d,]+ overdue, [\d,]+ due this week; redcar_and_cleveland: no record [^;]+; south_tyneside: .+"
    assert re.fullmatch(wanted, said.detail)


def test_whom_it_names_is_named_nowhere_else(
    planted: dict[str, Figure], published: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (published / "durham" / "due-this-week.html").unlink(missing_ok=True)
    with caplog.at_level("DEBUG"):
        outcome = list_due("durham")
    named = {row[5] for row in _listed("durham") if row[4] == "Review of a child looked after"}
    assert named
    assert not [one for one in named if one in caplog.text or one in str(outcome)]
    settings = get_settings()
    for path in files_under(settings.home, but=[("outbox", "durham"), ("inbox", "durham")]):
        content = path.read_bytes()
        assert not [one for one in named if one.encode() in content], path.name
    assert not list((settings.home / "door" / "taken" / "durham").glob(".*")), "the decrypted files are gone"
    tables = rows(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')",
        ADMIN,
    )
    with connect(ADMIN) as connection:
        for (table,) in tables:
            found = connection.execute(
                f"select count(*) from {table} as t where t::text ~ %s", ["|".join(sorted(named))]
            ).fetchone()
            assert found == (0,), table


def test_a_run_that_is_killed_leaves_the_old_list_whole(
    planted: dict[str, Figure], published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_due("durham")
    page, book = (published / "durham" / f"due-this-week.{kind}" for kind in ("html", "xlsx"))
    before = page.read_bytes(), book.read_bytes()
    (published / "durham" / ".due-this-week.xlsx.1234").write_text("half")
    monkeypatch.setattr(due_list, "_SHAPE", "another")
    monkeypatch.setattr(due_list, "_html", lambda made: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        list_due("durham")
    assert (page.read_bytes(), book.read_bytes()) == before
    assert [path.name for path in page.parent.glob(".due*")] == []
    assert not list((get_settings().home / "door" / "taken" / "durham").glob(".*"))


def test_a_list_that_is_not_what_is_published_waits(planted: dict[str, Figure], published: Path) -> None:
    list_due("durham")
    page = published / "durham" / "due-this-week.html"
    before = page.read_bytes()
    with connect("transformer") as connection:
        connection.execute("create table intermediate.kept as select * from intermediate.int_practice__due")
        connection.execute("delete from intermediate.int_practice__due where what = 'supervision'")
    assert list_due("durham").outcome == "kept_last_good"
    assert page.read_bytes() == before
    with connect("transformer") as connection:
        connection.execute("truncate intermediate.int_practice__due")
        connection.execute("insert into intermediate.int_practice__due select * from intermediate.kept")
        connection.execute("drop table intermediate.kept")


def test_whose_original_is_destroyed_is_counted_and_not_named(planted: dict[str, Figure], published: Path) -> None:
    list_due("durham")
    with connect("loader") as connection:
        connection.execute(
            "update door.originals o set destroyed_at = now() from raw.deliveries d"
            " where d.delivery_id = o.delivery_id and d.council_id = 'durham' and d.return_id = 'ssd'"
        )
    assert list_due("durham").outcome == "listed"
    listed = _listed("durham")
    assert {row[5] for row in listed if row[4] == "Review of a child looked after"} == {due_list.UNNAMED}
    assert "the original is not kept any more" in (published / "durham" / "due-this-week.html").read_text()
