"""What is shared of councils' own figures: as at month ends, rounded, and as it was first shared. Made up by hand."""

from __future__ import annotations

import json
import re
from datetime import date

import psycopg
import pytest
from psycopg import sql

from socialcare.database import connect
from socialcare.disclosure import control, reading, remembered, secondary
from socialcare.disclosure.attack import Attack, Knowledge
from socialcare.door import arrival, plan
from socialcare.door.intake import take_in
from socialcare.errors import Fault
from socialcare.generate import Life
from socialcare.generate.everything import write_return
from socialcare.land.tables import ensure
from socialcare.registry import all_sources
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings
from socialcare.warehouse import dbt, versions

from .delivered import Row, deliver, rows, token


def episode(child: str, decom: str, dec: str | None = None, rec: str = "") -> Row:
    return {"child_pseudonym": token(child), "decom": decom, "rne": "S", "ls": "E1", "dec": dec, "rec": rec}


def in_care(many: int, since: str = "2026-05-01") -> list[Row]:
    return [episode(f"child {number}", since) for number in range(many)]


def build_shared() -> None:
    """Build the shared figures and what they are made of; nothing is published of anybody here."""
    with connect("loader") as connection:
        for source in all_sources():
            ensure(connection, source)
    with connect("transformer") as connection:
        connection.execute(
            "create table if not exists marts.indicator_values (indicator_id text, geographic_level text,"
            " area_code text, period text, period_start_date date, period_end_date date, value numeric,"
            " value_status text, numerator numeric, denominator numeric, unit text, decimals integer)"
        )
    dbt.build(
        "+int_shared__counted +stg_ons_population__mid_years councils indicator_rules local_rules"
        " disclosure_relations shared_local_indicators"
    )


def generated(council_id: str, as_of: date, years: tuple[int, ...], earlier: list[date]) -> None:
    """Take in a council's made-up life, and tell it as it was at earlier days too: the same rows, described before."""
    life = Life(council_id, as_of, 3, 60, more_years=len(years) - 1)
    everything = [declared.id for declared in all_returns()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
        for year in years:
            for name in ("ssda903", "cin_census", "csww", "ssd"):
                if name in ("ssda903", "cin_census") or year == years[-1]:
                    write_return(life, get_settings().inbox / council_id, name, year, "none")
        for delivery in arrival.look(council_id).whole:
            assert take_in(delivery).verdict == "accepted"
    with connect("loader") as connection:
        for day in earlier:
            for delivery_id, return_id in connection.execute(
                "select delivery_id, return_id from raw.deliveries where council_id = %s and as_of_date = %s"
                " and return_id <> 'ssd'",
                [council_id, as_of],
            ).fetchall():
                _tell_again(connection, delivery_id, return_id, day)


def _tell_again(connection: psycopg.Connection, delivery_id: int, return_id: str, day: date) -> None:
    again = connection.execute(
        "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic, content_sha256,"
        " rows_in, rows_loaded, rows_quarantined, verdict) select council_id, return_id, collection_year, %s,"
        " is_synthetic, gen_random_uuid()::text, rows_in, rows_loaded, rows_quarantined, verdict from raw.deliveries"
        " where delivery_id = %s returning delivery_id",
        [day, delivery_id],
    ).fetchone()
    assert again is not None
    tables = connection.execute(
        "select tablename from pg_tables where schemaname = 'raw' and tablename like %s", [f"{return_id}\\_\\_%"]
    ).fetchall()
    for (table,) in tables:
        name = sql.Identifier("raw", table)
        connection.execute(
            sql.SQL("create temporary table told as select * from {} where _delivery_id = {}").format(name, delivery_id)
        )
        connection.execute("update told set _delivery_id = %s", [again[0]])
        connection.execute(sql.SQL("insert into {} select * from told").format(name))
        connection.execute("drop table told")


@pytest.fixture(scope="module")
def month_ends(module_warehouse: str) -> Knowledge:
    """Durham's nights around two month ends, told out of turn; South Tyneside's year, corrected after its end."""
    generated("redcar_and_cleveland", date(2025, 12, 31), (2025, 2026), [date(2025, 10, 31), date(2025, 11, 30)])
    deliver("2026-07-30", {"episodes": in_care(12)})
    deliver("2026-08-28", {"episodes": in_care(41)})
    deliver("2026-09-02", {"episodes": in_care(60)})
    deliver("2026-08-30", {"episodes": in_care(43)})
    year = {"council": "south_tyneside", "year": 2026}
    deliver("2026-03-28", {"episodes": in_care(30, "2025-05-01")}, **year)  # type: ignore[arg-type]
    deliver("2026-06-10", {"episodes": in_care(70, "2025-05-01")}, **year)  # type: ignore[arg-type]
    build_shared()
    with connect("transformer") as connection:
        return reading.knowledge(connection, [])


def test_a_month_end_is_the_last_day_described_in_it_once_the_month_is_over(month_ends: Knowledge) -> None:
    """60 on 2 September are of no month end yet; July's was described by its 30th."""
    assert rows(
        "select council_name, month_end::text, as_of_date::text, value::int from marts.shared_local_indicators"
        " where indicator_id = 'cla' and not is_synthetic order by 1, 2"
    ) == [
        ("Durham", "2026-07-31", "2026-07-30", 10),
        ("Durham", "2026-08-31", "2026-08-30", 45),
        # What was made after the year's end corrects it for the council itself, not what was shared.
        ("South Tyneside", "2026-03-31", "2026-03-28", 30),
    ]


def test_every_relation_that_the_seed_declares_holds_of_a_made_up_council(month_ends: Knowledge) -> None:
    """All that the attack reckons with is so in the generator's truth: of one month end, and from one to the next."""
    truths = {cell: one.truth for cell, one in month_ends.told.items() if one.truth is not None}
    of_whole_truths = [one for one in month_ends.relations if all(cell in truths for cell, _ in one.terms)]
    broken = [
        [(cell.measure, cell.period_type, cell.month_end) for cell, _ in one.terms]
        for one in of_whole_truths
        if not one.holds(truths)
    ]
    assert broken == []
    assert len(of_whole_truths) > 200
    told = {(row[0], row[1]) for row in rows("select kind, whole from reference.disclosure_relations")}
    seen = {cell.measure for one in of_whole_truths for cell, _ in one.terms}
    # Re-referrals need a longer life than this one; children's and workers' returns tell all else.
    assert {whole for _, whole in told if whole not in seen} <= {"referrals_followed", "rereferrals"}


def test_a_made_up_council_is_safe_at_every_month_end(month_ends: Knowledge) -> None:
    attack = Attack()
    made = secondary.protect(month_ends, attack)
    assert (made.left, made.open_before) == (0, 0)
    assert Attack().leaks(made.knowledge) == []
    more = len(made.hidden) + len(made.kept_back)
    assert more <= 0.05 * len(made.knowledge.told)
    assert attack.effort.programmes < 1000


def test_a_month_end_is_counted_again_only_where_its_deliveries_changed(month_ends: Knowledge) -> None:
    """September comes, and August is described once more: Durham's two, and nobody else's."""
    deliver("2026-09-30", {"episodes": in_care(80)})
    deliver("2026-08-31", {"episodes": in_care(20)})
    counted = "select month_end_of, return_id, min(xmin::text) from intermediate.int_shared__counted group by 1, 2"
    before = set(rows(counted))
    dbt.build("int_shared__deliveries int_shared__counted")
    assert {row[:2] for row in set(rows(counted)) - before} == {
        ("durham 2026-08-31", "ssda903"), ("durham 2026-09-30", "ssda903")
    }  # fmt: skip
    assert rows(
        "select month_end::text, amount::int from intermediate.int_shared__counted where measure = 'cla'"
        " and period_type = 'snapshot' and not is_synthetic and month_end >= '2026-07-01' order by 1"
    ) == [("2026-07-31", 12), ("2026-08-31", 20), ("2026-09-30", 80)]
    # Built alone, which finds the same month ends to be counted: they are counted again, not a second time beside.
    every = "select * from intermediate.int_shared__counted"
    once = sorted(rows(every), key=str)
    dbt.build("int_shared__counted")
    assert sorted(rows(every), key=str) == once


@pytest.fixture
def emptied(month_ends: Knowledge) -> None:
    """The tables that the models made, without a row: each test fills them by hand."""
    with connect("transformer") as connection:
        connection.execute(
            "truncate marts.shared_local_indicators, intermediate.int_shared__counted, marts.indicator_values"
        )


COUNCIL, JULY, AUGUST = "E06000047", "2026-07-31", "2026-08-31"


def count(measure: str, truth: float, month_end: str = AUGUST, kind: str = "snapshot", council: str = COUNCIL) -> None:
    """One true count, and the row in which the models would share it."""
    hidden, shown = 0 < truth <= 5, 5 * round(truth / 5)
    status = "suppressed" if hidden else "rounded"
    start = None if kind == "snapshot" else "2026-04-01"
    with connect("transformer") as connection:
        connection.execute(
            "insert into intermediate.int_shared__counted (council_code, return_id, period_type, month_end, as_of_date,"
            " measure, amount, is_held, is_synthetic) values (%s, 'made_up', %s, %s, %s, %s, %s, true, true)",
            [council, kind, month_end, month_end, measure, truth],
        )
        connection.execute(
            "insert into marts.shared_local_indicators (council_code, indicator_id, period_type, month_end, as_of_date,"
            " period_start_date, value, value_status, numerator_measure, numerator, numerator_status,"
            " denominator_status, unit, return_id, is_synthetic)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'not_applicable', 'number', 'made_up', true)",
            [
                council, measure, kind, month_end, month_end, start, None if hidden else shown, status, measure,
                None if hidden else shown, status,
            ],
        )  # fmt: skip


def shared(where: str = "true") -> dict[tuple[str, str], tuple[str, int | None]]:
    """What is shared: by count and month, the word and the number."""
    found = rows(
        "select numerator_measure, month_end::text, value_status, value::int from marts.shared_local_indicators"
        f" where {where}"
    )
    return {(measure, month): (status, value) for measure, month, status, value in found}


def a_leak(council: str = COUNCIL) -> None:
    """42 plans stand where 38 stood (40 twice: 4 more at most), and one to five began with none ended."""
    for month, plans, starts in ((JULY, 38, 0), (AUGUST, 42, 4)):
        count("plans", plans, month, council=council)
        count("plan_starts", starts, month, "year_to_date", council)
        count("plan_ends", 0, month, "year_to_date", council)


def test_a_leak_among_what_would_be_shared_is_closed_by_hiding_more(emptied: None) -> None:
    a_leak()
    made = control.protect("night-1")
    assert (made.small, made.hidden, made.kept_back, made.open_before) == (1, 1, 0, 0)
    after = shared()
    assert sorted(after[("plans", month)] for month in (JULY, AUGUST)) == [("rounded", 40), ("suppressed", None)]
    assert after[("plan_starts", AUGUST)] == ("suppressed", None)
    assert after[("plan_ends", AUGUST)] == ("rounded", 0)
    # Nobody can tell which of the two is a small one.
    assert (
        len(
            rows(
                "select distinct status_reason, numerator_status from marts.shared_local_indicators"
                " where value_status = 'suppressed' and status_reason is not null"
            )
        )
        == 1
    )
    assert control.protect("night-1").hidden == 0


def publish(before: int | None, made: control.Controlled | None = None) -> int:
    """Publish as the night does, this mart alone; keep what the counts truly were where ``made`` tells."""
    declared = json.loads(dbt.manifest().read_text())["nodes"]
    alone = {name: node for name, node in declared.items() if node["name"] == "shared_local_indicators"}
    version = versions.prepare(f"made up {before}", manifest={"nodes": alone})
    remembered.keep(version, made.truths if made else {})
    versions.mark_audited(version)
    versions.publish(version, before)
    return version


def test_what_was_shared_stays_and_what_is_new_gives_way(emptied: None) -> None:
    """August comes after July was published; then July is corrected to 55 plans, and one of its counts is erased."""
    for measure, kind in (("plans", "snapshot"), ("plan_starts", "year_to_date"), ("plan_ends", "year_to_date")):
        count(measure, 38 if measure == "plans" else 0, JULY, kind)
    assert control.protect("night-1").hidden == 0
    first = publish(None)
    with connect("transformer") as connection:
        connection.execute("truncate marts.shared_local_indicators, intermediate.int_shared__counted")
    a_leak()
    with connect("transformer") as connection:
        connection.execute(
            "update marts.shared_local_indicators set value = 55, numerator = 55"
            f" where numerator_measure = 'plans' and month_end = '{JULY}'"
        )
        connection.execute(
            f"delete from marts.shared_local_indicators where numerator_measure = 'plan_ends' and month_end = '{JULY}'"
        )
    assert control.protect("night-2").hidden == 1
    after = shared()
    assert after[("plans", JULY)] == ("rounded", 40)
    assert after[("plan_ends", JULY)] == ("rounded", 0)
    assert after[("plans", AUGUST)] == ("suppressed", None)
    publish(first)
    # The real thing comes: what was made up goes, though it was shared.
    with connect("transformer") as connection:
        connection.execute("truncate marts.shared_local_indicators, intermediate.int_shared__counted")
    count("plans", 70, AUGUST)
    with connect("transformer") as connection:
        connection.execute("update marts.shared_local_indicators set is_synthetic = false")
    control.protect("night-3")
    assert shared() == {("plans", AUGUST): ("rounded", 70)}


def test_a_publishers_count_of_the_same_period_is_knowledge(emptied: None) -> None:
    """DfE's 53 agency workers and staff, 50 of them staff, leave 3; ours would not: nothing is left but silence."""
    count("agency_and_staff_fte", 53)
    count("staff_fte", 50)
    count("agency_fte", 3)
    assert control.protect("night-1").kept_back == 0
    with connect("transformer") as connection:
        for measure, value in (("agency_and_staff_fte", 53), ("staff_fte", 50)):
            connection.execute(
                "insert into marts.indicator_values (indicator_id, geographic_level, area_code, period_end_date, value,"
                " value_status, unit, decimals) values (%s, 'la', %s, %s, %s, 'final', 'number', 0)",
                [measure, COUNCIL, AUGUST, value],
            )
        connection.execute("update marts.shared_local_indicators set period_end_date = as_of_date")
    assert control.protect("night-1").kept_back == 1
    assert shared("numerator_measure = 'agency_fte'") == {("agency_fte", AUGUST): ("not_available", None)}


def test_what_a_publisher_gives_away_of_a_region_is_counted(emptied: Knowledge) -> None:
    """The North East 10 (5 to 15), 12 of it in Durham: Redcar's hidden 2 is at most 3, by DfE's own figures."""
    redcar = "E06000003"
    count("cpp_starts", 2, council=redcar)
    with connect("transformer") as connection:
        connection.execute("update marts.shared_local_indicators set period_end_date = as_of_date")
        for level, area, value in (("region", "E12000001", 10), ("la", COUNCIL, 12), ("la", redcar, None)):
            connection.execute(
                "insert into marts.indicator_values (indicator_id, geographic_level, area_code, period,"
                " period_end_date, value, value_status, unit, decimals)"
                " values ('cpp_starts', %s, %s, '2026', %s, %s, %s, 'number', 0)",
                [level, area, AUGUST, value, "final" if value else "suppressed"],
            )
    made = control.protect("night-1")
    assert (made.by_publishers, made.kept_back, made.hidden) == (1, 1, 0)
    assert shared(f"council_code = '{redcar}' and month_end = '{AUGUST}' and numerator_measure = 'cpp_starts'") == {
        ("cpp_starts", AUGUST): ("not_available", None)
    }


def test_a_night_that_cannot_be_made_safe_is_stopped_and_tells_no_figure(
    emptied: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_leak("E06000003")
    monkeypatch.setattr(secondary, "_choose", lambda *_: None)
    with pytest.raises(Fault) as stopped:
        control.protect("night")
    assert stopped.value.name == "disclosure_risk"
    assert set(re.findall(r"\d+", str(stopped.value))) == {"1", "5"}, "how many, and the rule: 1 hidden figure, 1 to 5"
    assert "plan" not in str(stopped.value)
    assert shared("council_code = 'E06000003'")[("plans", AUGUST)] == ("rounded", 40), "nothing was changed"


def at_night(council: str, *, real: bool = False) -> None:
    """The made-up leak as the models make it each night, whatever was hidden the night before."""
    with connect("transformer") as connection:
        connection.execute("truncate marts.shared_local_indicators, intermediate.int_shared__counted")
    a_leak(council)
    if real:
        change(council, "is_synthetic = false")


def change(council: str, what: str) -> None:
    with connect("transformer") as connection:
        connection.execute(f"update marts.shared_local_indicators set {what} where council_code = '{council}'")


def plans_shown(council: str) -> list[tuple[str, str, int]]:
    """Return how the two counts of plans, of which one must be hidden, are shown."""
    return rows(
        "select indicator_id, numerator_status, numerator::int from marts.shared_local_indicators"
        f" where council_code = '{council}' and numerator_measure = 'plans' order by 1, 2"
    )


def test_a_count_hidden_beside_a_value_that_is_not_available_stays_hidden(emptied: None) -> None:
    """The share has no value, as the twelve months are not all held; the count below it is shown all the same."""
    hartlepool = "E06000001"
    for night in ("night-1", "night-2"):
        at_night(hartlepool)
        with connect("transformer") as connection:
            connection.execute(
                "update marts.shared_local_indicators set value = null, value_status = 'not_available',"
                " status_reason = 'The twelve months are not all held.' where numerator_measure = 'plans'"
            )
        made = control.protect(night)
        assert plans_shown(hartlepool) == [("plans", "rounded", 40), ("plans", "suppressed", None)]
        assert (made.hidden, made.open_before) == (1 if night == "night-1" else 0, 0)
        publish(versions.current())


def test_a_count_that_was_hidden_is_hidden_in_a_new_indicator_too(emptied: None) -> None:
    """The second night shares the same counts under another name as well, and what was hidden is hidden there too."""
    middlesbrough = "E06000002"
    at_night(middlesbrough)
    control.protect("night-1")
    publish(versions.current())
    at_night(middlesbrough)
    change(middlesbrough, "indicator_id = 'another name'")
    made = control.protect("night-2")
    assert (made.hidden, made.open_before) == (0, 0)
    assert [row[1:] for row in plans_shown(middlesbrough)] == [("rounded", 40), ("suppressed", None)] * 2


def test_made_up_figures_say_nothing_of_the_real_ones(emptied: None) -> None:
    """Made up, 20 plans began and nothing was small; of the real ones 1 to 5 began, and that is attacked."""
    stockton = "E06000004"
    at_night(stockton)
    change(stockton, "numerator = 20, value = 20, numerator_status = 'rounded', value_status = 'rounded'")
    publish(versions.current())
    at_night(stockton, real=True)
    made = control.protect("night-2")
    assert (made.hidden, made.open_before) == (1, 0)
    assert plans_shown(stockton) == [("plans", "rounded", 40), ("plans", "suppressed", None)]


def test_what_a_person_withdrew_is_not_put_back(emptied: None) -> None:
    """90 plans in August were wrong and rolled back; 60 stand tonight. That 90 was said is still known."""
    darlington = "E06000005"
    before = versions.current()
    count("plans", 38, JULY, council=darlington)
    publish(before)
    count("plans", 90, AUGUST, council=darlington)
    publish(versions.current())
    versions.rollback(why="wrong")
    with connect("transformer") as connection:
        connection.execute("truncate marts.shared_local_indicators, intermediate.int_shared__counted")
    count("plans", 72, JULY, council=darlington)
    count("plans", 60, AUGUST, council=darlington)
    assert control.protect("night").hidden == 0
    where = f"council_code = '{darlington}'"
    assert shared(where) == {("plans", JULY): ("rounded", 40), ("plans", AUGUST): ("rounded", 60)}
    with connect("publisher") as connection:
        known = [row["value"] for row in reading.shared_before(connection) if row["council_code"] == darlington]
    assert sorted(known) == [40, 40, 90]


def scores(how_many: int, council: str, total: int | None = None) -> None:
    """The night's counts: so many children have a score, and (once it is told) what the scores sum to."""
    with connect("transformer") as connection:
        connection.execute("truncate marts.shared_local_indicators, intermediate.int_shared__counted")
    count("oc2_sdq_scores", how_many, AUGUST, "year_to_date", council)
    if total is not None:
        count("oc2_sdq_sum", total, AUGUST, "year_to_date", council)


@pytest.mark.parametrize(("council", "is_kept", "hidden"), [("E06000005", False, 0), ("E06000047", True, 1)])
def test_a_small_count_that_was_corrected_is_still_protected(
    emptied: None, council: str, is_kept: bool, hidden: int
) -> None:
    """5 were shared as c, and are 8 by now. The 160 that the scores sum to (158 to 162, none above 40) is told later:
    it would make the c 4 or 5. Nobody kept that it was 5: it is told all the same."""
    scores(5, council)
    made = control.protect("night-1")
    publish(versions.current(), made if is_kept else None)
    scores(8, council)
    publish(versions.current(), control.protect("night-2"))
    scores(8, council, 162)
    made = control.protect("night-3")
    assert (made.hidden, made.open_before) == (hidden, 0)
    assert shared(f"council_code = '{council}' and numerator_measure like 'oc2%'") == {
        ("oc2_sdq_scores", AUGUST): ("suppressed", None),
        ("oc2_sdq_sum", AUGUST): ("suppressed", None) if hidden else ("rounded", 160),
    }


def test_a_count_that_was_corrected_is_told_under_no_other_name(emptied: None) -> None:
    """3 were shared as c and are 8 by now; a new indicator of the same month end would show them as 10."""
    hartlepool = "E06000001"
    scores(3, hartlepool)
    publish(versions.current(), control.protect("night-1"))
    scores(8, hartlepool)
    change(hartlepool, "indicator_id = 'another name'")
    assert control.protect("night-2").hidden == 0
    assert rows(
        "select indicator_id, numerator_status, numerator from marts.shared_local_indicators"
        f" where council_code = '{hartlepool}' and numerator_measure = 'oc2_sdq_scores' order by 1"
    ) == [("another name", "suppressed", None), ("oc2_sdq_scores", "suppressed", None)]


def test_nobody_but_the_platform_reads_what_the_counts_truly_were(emptied: None) -> None:
    """Its owner, which publishes, alone; the stages before it and every reader have no right to it."""
    may_read = (
        "select rolname::text from pg_roles where rolcanlogin and not rolsuper"
        " and has_table_privilege(rolname, 'versions.true_counts', 'select')"
    )
    assert rows(may_read, "publisher") == [("publisher",)]
    views = "select count(*)::int from pg_views where definition like '%true_counts%'"
    assert rows(views, "publisher") == [(0,)]


@pytest.mark.parametrize(("council", "is_kept"), [("E08000037", False), ("E08000021", True)])
def test_a_late_record_does_not_blind_the_attack(emptied: None, council: str, is_kept: bool) -> None:
    """July's 38 plans were shared as 40 and are 39 by now, which is 40 too: it holds of them that 3 more make 42.

    August's 38 to 42 less July's would say of those 3 that they are 4 at most.
    """
    for month, plans, starts in ((JULY, 38, 0), (AUGUST, 42, 3)):
        with connect("transformer") as connection:
            connection.execute("truncate marts.shared_local_indicators, intermediate.int_shared__counted")
        for at, so_many in ((JULY, 38 if month == JULY else 39), (AUGUST, plans)):
            if at <= month:
                count("plans", so_many, at, council=council)
                count("plan_starts", starts if at == AUGUST else 0, at, "year_to_date", council)
                count("plan_ends", 0, at, "year_to_date", council)
        made = control.protect(f"night of {month}")
        if month == JULY:
            publish(versions.current(), made if is_kept else None)
    assert (made.hidden, made.open_before) == (1, 0)
