"""Who reads what, asked of the database itself, before and after a rebuild, a publish and a rollback."""

from __future__ import annotations

import contextlib
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from socialcare.database import ADMIN, connect, server
from socialcare.errors import Fault
from socialcare.operate import retention
from socialcare.operate.backup import backup, restore
from socialcare.registry import all_councils
from socialcare.settings import get_settings
from socialcare.warehouse import access, access_catalog, dbt, schema, versions

from .hand_made import make_marts, manifest, night, rows

COUNCILS = all_councils()


def assert_every_council_sees_only_itself() -> None:
    """Of every relation that there is: refused, shared by all, or of that council alone. And no right is astray."""
    relations = rows(
        ADMIN,
        "select nspname || '.' || relname from pg_class c join pg_namespace n on n.oid = relnamespace"
        " where relkind in ('r', 'p', 'v', 'm', 'f') and nspname !~ '^(pg_|information_schema)' order by 1",
    )
    for council in COUNCILS:
        read = {}
        with connect(council.role) as connection:
            for (relation,) in relations:
                with contextlib.suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    read[relation] = connection.execute(f"select to_jsonb(r) from {relation} r".encode()).fetchall()
        told = {relation.rpartition(".")[2] for relation in read}
        assert told == {"about", "source_status", "comparison", "now_own", "current", "council_roles"}, council.id
        own = {relation: held for relation, held in read.items() if relation.endswith(".now_own")}
        assert set(own) == {"published.now_own", "versions.now_own"}
        assert {row["council_code"] for held in own.values() for (row,) in held} == {council.ons_code}, council.id
        assert len(read["published.comparison"]) == len(COUNCILS)
    assert [str(one) for one in access.differences()] == []


def test_a_council_sees_its_own_rows_through_rebuild_publish_and_rollback(warehouse: str) -> None:
    night("a", 1)
    assert_every_council_sees_only_itself()
    make_marts(2)  # as dbt does it: dropped and made again
    with connect("transformer") as connection:  # and what a dbt that was killed leaves
        connection.execute("create table marts.now_own__dbt_backup as select * from marts.now_own")
        connection.execute("create view marts.now_own__dbt_tmp as select * from marts.now_own__dbt_backup")
    assert_every_council_sees_only_itself()
    night("b", 2, extra="note")
    assert_every_council_sees_only_itself()
    versions.rollback(why="try")
    assert_every_council_sees_only_itself()
    access.apply()
    assert_every_council_sees_only_itself()


THINGS = {
    "r": ("table", "versions.now_own__v{v}"),
    "a view": ("view", "published.now_own"),
    "left over by dbt": ("table", "marts.now_own__dbt_backup"),
    "a copy": ("materialised view", "marts.copied"),
    "s": ("sequence", "raw.deliveries_delivery_id_seq"),
    "f": ("function", "versions.statements_started_before"),
    "n": ("schema", "door"),
    "d": ("database", "{w}"),
    "l": ("language", "plpgsql"),
}


def test_the_matrix_reads_every_privilege_of_every_kind_of_thing(warehouse: str) -> None:
    """Whatever this server can grant is read back for whoever has it: all that PostgreSQL itself lists, by kind."""
    version = night("a", 1)
    with connect("transformer") as connection:
        connection.execute("create table marts.now_own__dbt_backup as select * from marts.now_own")
        connection.execute("create materialized view marts.copied as select * from marts.now_own__dbt_backup")
    every = dict(
        rows(
            ADMIN,
            "select k, array_agg(distinct privilege_type) from unnest(array['r', 's', 'f', 'n', 'd', 'l']) k,"
            " aclexplode(acldefault(k::\"char\", 'loader'::regrole)) group by 1",
        )
    )
    words = {"materialised view": "table", "view": "table"}
    roles = [role for role in schema.all_login_roles() if role != "airflow"]
    for kind, (called, name) in THINGS.items():
        name = name.format(v=version, w=warehouse)
        what = f"{words.get(called, called)} {name}{'(timestamptz)' if called == 'function' else ''}"
        with connect(ADMIN) as connection:
            for role in roles:
                connection.execute(f"grant all on {what} to {role}".encode())
        read: dict[str, set[str]] = {}
        for right in access.matrix():
            if (right.kind, right.name) == (called, name):
                read.setdefault(right.role, set()).add(right.privilege)
        assert read == {role: set(every[kind if len(kind) == 1 else "r"]) for role in roles}, (called, name)


@pytest.mark.parametrize("table", ["versions.now_own", "published.now_own"])
def test_old_and_coming_versions_are_closed_to_a_council(warehouse: str, table: str) -> None:
    night("a", 1)
    night("b", 2)
    make_marts(3)
    versions.prepare("c", manifest=manifest())
    for council in COUNCILS:
        assert rows(council.role, f"select council_code, value from {table}") == [(council.ons_code, 2)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(council.role, f"select * from versions.now_own__v{versions.current()}")


def test_a_council_cannot_become_another(warehouse: str) -> None:
    night("a", 1)
    durham, other = COUNCILS[0], COUNCILS[1]
    for attempt in (f"set role {other.role}", f"set session authorization {other.role}", "set row_security = off"):
        with connect(durham.role) as connection:
            try:
                connection.execute(attempt)
                seen = connection.execute("select council_code from published.now_own").fetchall()
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue):
                continue
            assert seen == [(durham.ons_code,)]


def test_the_analyst_reads_published_and_is_refused_council_rows(warehouse: str) -> None:
    night("a", 1)
    assert len(rows("analyst", "select * from published.comparison")) == 3
    for relation in ("published.now_own", "versions.comparison", "versions.current", "marts.now_own", "raw.landings"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            rows("analyst", f"select * from {relation}")


def test_the_matrix_gives_readers_published_and_public_nothing(warehouse: str) -> None:
    night("a", 1)
    rights = access.matrix()
    analyst = {r.name for r in rights if r.role == "analyst" and r.kind in ("table", "view") and r.reachable}
    assert analyst == {"published.comparison", "published.about", "published.source_status"}
    durham = {r.name for r in rights if r.role == "council_durham" and r.kind in ("table", "view") and r.reachable}
    assert durham == {*analyst, "published.now_own", "versions.now_own", "versions.current", "versions.council_roles"}
    readers = [r for r in rights if r.role == "analyst" or r.role.startswith("council_")]
    assert {r.privilege for r in readers if r.kind in ("table", "view")} == {"SELECT"}
    assert [r for r in rights if r.role == "public" and (r.kind != "database" or r.name == warehouse)] == []
    assert {r.role for r in rights} >= {"loader", "transformer", "publisher", "analyst"}


def test_the_database_gives_what_is_declared_no_more_and_no_less(warehouse: str) -> None:
    """Every login role and PUBLIC, every relation, sequence, function, schema, language, database, every privilege."""
    night("a", 1)
    night("b", 2, extra="note")
    versions.rollback(why="try")
    assert [str(one) for one in access.differences()] == []
    assert [str(one) for one in access.differences_elsewhere()] == []


OTHERWISE = {
    "grant select on intermediate.int_history__changes to analyst": "analyst has SELECT on table intermediate.int_h",
    "grant update on sequence raw.deliveries_delivery_id_seq to transformer": "transformer has UPDATE on sequence raw.",
    "grant execute on function versions.statements_started_before to public": "public has EXECUTE on function versions",
    "grant loader to transformer": "transformer has MEMBER on membership loader",
    "alter role council_durham bypassrls": "council_durham has HAS on attribute bypassrls",
    "grant usage on language plpgsql to analyst": "analyst has USAGE on language plpgsql",
    "create view versions.left_over as select 1 as one": "",
    "create table marts.left_over__dbt_tmp as select 1 as one": "transformer lacks SELECT on table marts.left_over__db",
    "revoke select on published.comparison from analyst": "analyst lacks SELECT on view published.comparison",
    "revoke select on versions.now_own from council_durham": "council_durham lacks SELECT on table versions.now_own",
    "revoke usage on schema raw from publisher": "publisher lacks USAGE on schema raw",
    "select lo_create(4242)": "",
    "alter default privileges for role loader grant execute on functions to public": "public has EXECUTE on default of",
    "grant set on parameter work_mem to public": "public has SET on parameter work_mem",
}
BACK = {
    "grant loader to transformer": "revoke loader from transformer",
    "alter role council_durham bypassrls": "alter role council_durham nobypassrls",
    "grant set on parameter work_mem to public": "revoke set on parameter work_mem from public",
}


def test_each_right_too_many_or_too_few_is_named(warehouse: str) -> None:
    night("a", 1)
    for statement, told in OTHERWISE.items():
        with connect(ADMIN, autocommit=True) as connection:
            connection.execute(statement.encode())
            found = [str(one) for one in access.differences()]
            connection.execute(BACK.get(statement, "select 1").encode())
        assert not told or [one for one in found if one.startswith(told)], (statement, found)


def test_only_the_door_reads_the_doors_own_store(warehouse: str) -> None:
    reached = {r.role for r in access.matrix() if r.name.startswith("door.") and r.reachable and r.kind == "table"}
    assert reached <= {"loader"}


LEAKS = {
    "row security off": "alter table versions.now_own no force row level security",
    "a partition without it": "alter table versions.now_own__v{v} disable row level security",
    "a policy for everybody": "create policy open on versions.now_own for select using (true)",
    "a plain view": "create view published.everybody as select * from versions.now_own",
    "a view over the view": "create view published.everybody as select * from published.now_own",
    "a view over what a version is made of": "create view published.everybody as select * from marts.now_own",
    "a table among the views": "create table published.everybody as select * from versions.now_own",
    "a view over deliveries": "create view versions.everybody as select * from raw.ssda903__header",
    "a copy": "create materialized view published.copy as select * from versions.now_own__v{v}",
}


@pytest.mark.parametrize("leak", LEAKS)
def test_nothing_is_published_over_a_leak(warehouse: str, leak: str) -> None:
    first = night("a", 1)
    with connect("publisher") as connection:
        connection.execute(LEAKS[leak].format(v=first).encode())
    if leak in ("row security off", "a policy for everybody", "a view over what a version is made of"):
        # `prepare` would mend the parent, and a view stops the rebuild: the leak is planted after it.
        with pytest.raises(Fault, match="council_rows_exposed"), connect("publisher") as connection:
            access.verify(connection)
        return
    if leak == "a partition without it":
        with connect("publisher") as connection:
            assert access_catalog.exposed_relations(connection)
        return
    with pytest.raises(Fault, match="council_rows_exposed"):
        night("b", 2)
    assert versions.current() == first


def test_a_rebuild_mends_row_security_that_was_lost(warehouse: str) -> None:
    night("a", 1)
    with connect("publisher") as connection:
        connection.execute("alter table versions.now_own disable row level security")
    night("b", 2)
    assert_every_council_sees_only_itself()


@pytest.mark.parametrize(
    "grant",
    [
        "grant select on versions.version to analyst",
        "grant insert on versions.current to council_durham",
        "grant select on published.comparison to public",
        "grant select (value) on versions.comparison to council_durham",
    ],
)
def test_nothing_is_published_while_somebody_may_do_too_much(warehouse: str, grant: str) -> None:
    first = night("a", 1)
    with connect("publisher") as connection:
        connection.execute("grant usage on schema versions to analyst" if "to analyst" in grant else "select 1")
        connection.execute(grant.encode())
    with pytest.raises(Fault, match="access_too_wide"):
        night("b", 2)
    assert versions.current() == first


def test_a_council_without_a_declaration_loses_its_rows(warehouse: str) -> None:
    night("a", 1)
    with connect("publisher") as connection:
        connection.execute("delete from versions.council_roles where role_name = 'council_durham'")
    assert rows("council_durham", "select * from published.now_own") == []
    access.apply()
    assert len(rows("council_durham", "select * from published.now_own")) == 1


def test_no_reader_sees_what_others_ask(warehouse: str) -> None:
    with connect("analyst") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select versions.statements_started_before(now())")
    assert server().admin == ADMIN


def test_what_anybody_reads_does_not_depend_on_a_live_figure_of_a_council(warehouse: str) -> None:
    """A checksum over a small count is a way to find the count: try them all."""
    asked = "select checksum from published.about"
    first = night("a", 1)
    before = rows("analyst", asked)
    make_marts(1)
    with connect("transformer") as connection:
        connection.execute("update marts.now_own set value = 7 where council_name = 'Durham'")
    second = versions.prepare("b", manifest=manifest())
    versions.mark_audited(second)
    versions.publish(second, first)
    assert rows("council_durham", "select value from published.now_own") == [(7,)]
    assert rows("analyst", asked) == before
    night("c", 2)
    assert rows("analyst", asked) != before


@pytest.mark.parametrize(
    "call",
    [
        "pg_advisory_lock(7300030)",  # would hold up every night
        "lo_create(0)",  # would write
        "pg_stat_get_tuples_inserted('pg_class'::regclass)",  # would count others' rows
        "pg_total_relation_size('pg_class'::regclass)",
    ],
)
@pytest.mark.parametrize("role", ["analyst", "council_durham"])
def test_a_reader_can_neither_hold_up_the_night_nor_write_nor_count_others(
    warehouse: str, role: str, call: str
) -> None:
    with connect(role) as connection:
        connection.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"select {call}".encode())


SPIES = {
    "the estimated rows of a table of all councils": "select reltuples from pg_class where relname = 'ssda903__header'",
    "everything of pg_class": "select * from pg_class",
    "how much was read and written": "select * from pg_stat_user_tables",
    "what others ask": "select query from pg_stat_activity",
    "samples of values": "select * from pg_statistic",
    "who waits for whom": "select * from pg_locks",
    "a program that runs for ever": "do $$ begin null; end $$",
    "a function of one's own": "create function pg_temp.leak(numeric) returns bool language sql as 'select true'",
    "a table of one's own": "create temp table mine as select 1 as one",
    "the server's files": "select pg_read_file('postgresql.conf')",
    "the server's shell": "copy (select 1) to program 'true'",
    "a file of the server": "copy (select 1) to '/nowhere'",
    "passwords": "select * from pg_authid",
    "another version": "select * from versions.version",
    "another schema": "select * from intermediate.int_history__changes",
    "telling others": "select pg_notify('a', 'b')",
    "a snapshot": "select pg_export_snapshot()",
    "the size of everything": "select pg_database_size(current_database())",
    "the position of a sequence": "select last_value from raw.deliveries_delivery_id_seq",
}


@pytest.mark.parametrize("role", ["analyst", "council_durham"])
def test_a_reader_who_looks_elsewhere_is_refused(warehouse: str, role: str) -> None:
    night("a", 1)
    for spy, query in SPIES.items():
        with connect(role) as connection:
            connection.execute("set transaction read write")
            try:
                connection.execute(query.encode())
            except psycopg.errors.InsufficientPrivilege:
                continue
            raise AssertionError(spy)


def test_nobody_takes_another_role_on(warehouse: str) -> None:
    roles = schema.all_login_roles()
    for role in (r for r in roles if r != "airflow"):
        with connect(role, autocommit=True) as connection:
            for other in {*roles, ADMIN, "pg_read_all_data", "pg_monitor"} - {role}:
                for attempt in (f'set role "{other}"', f'set session authorization "{other}"'):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(attempt.encode())


def test_no_value_of_another_council_is_told_by_statistics_or_by_an_error(warehouse: str) -> None:
    make_marts(1)
    with connect("transformer") as connection:
        connection.execute("update marts.now_own set value = 4711 where council_name <> 'Durham'")
    version = versions.prepare("a", manifest=manifest())
    versions.mark_audited(version)
    versions.publish(version, None)
    with connect("publisher") as connection:
        connection.execute("analyze versions.now_own")
    for table in ("now_own", f"now_own__v{version}"):
        assert rows("council_durham", f"select * from pg_stats where tablename = '{table}'") == []
        assert rows("analyst", f"select * from pg_stats where tablename = '{table}'") == []
    with connect("council_durham") as connection:
        # Division by nothing, if it were tried on a row that the policy hides.
        found = connection.execute("select value from published.now_own where 1 / (value - 4711) < 0").fetchall()
        assert [value for (value,) in found] == [1]
        # The plan may count rows that were passed over; it must not show them.
        plan = connection.execute("explain (analyze, verbose) select * from published.now_own").fetchall()
        assert "4711" not in str(plan)
        connection.execute("set row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from published.now_own")


def test_no_value_of_another_council_is_told_by_what_the_planner_expects(warehouse: str) -> None:
    """EXPLAIN says how many rows are expected: from samples of all councils' rows, where there are any."""
    make_marts(1, rows=300)
    with connect("transformer") as connection:
        connection.execute("alter table marts.now_own alter value type bigint")
        connection.execute("update marts.now_own set value = 4711 where council_name <> 'Durham'")
    version = versions.prepare("a", manifest=manifest())
    versions.mark_audited(version)
    versions.publish(version, None)
    with connect("publisher") as connection:  # as autovacuum, or whoever looks after the server, would
        connection.execute(f"analyze versions.now_own; analyze versions.now_own__v{version}".encode())
    assert_the_planner_expects_nothing_of_others()


def test_samples_taken_before_this_was_known_are_thrown_away(warehouse: str) -> None:
    version = night("a", 1, rows=300)
    with connect("publisher") as connection:
        for column in ("version_id", "council_code", "council_name"):
            connection.execute(f"alter table versions.now_own alter {column} set statistics -1".encode())
        connection.execute(f"analyze versions.now_own; analyze versions.now_own__v{version}".encode())
    with pytest.raises(AssertionError):
        assert_the_planner_expects_nothing_of_others()
    schema.bring_up(warehouse)
    assert_the_planner_expects_nothing_of_others()


def assert_the_planner_expects_nothing_of_others() -> None:
    """What only others have, and what nobody has, must be expected alike."""
    asked = {
        "value = {}": ("4711", "33"),
        "value <> {}": ("4711", "33"),
        "value between {} - 9 and {} + 9": ("4711", "33"),
        "council_name = {}": ("'South Tyneside'", "'Nowhere'"),
        "council_name > {}": ("'Redcar'", "'Z'"),
    }
    with connect("council_durham") as connection:
        for where, values in asked.items():
            for table in ("published.now_own", "versions.now_own"):
                plans = [f"explain select * from {table} where {where.replace('{}', value)}" for value in values]
                told = [str(connection.execute(plan.encode()).fetchall()) for plan in plans]
                of_others, of_nobody = (re.findall(r"rows=\d+ width=\d+", plan) for plan in told)
                assert of_others == of_nobody, where


def test_a_reader_who_changed_its_own_defaults_has_them_back_at_the_next_start(warehouse: str) -> None:
    with connect("council_durham") as connection:
        connection.execute("set transaction read write")
        connection.execute("alter role council_durham set row_security = off")
        connection.execute("alter role council_durham reset statement_timeout")
    schema.apply()
    with connect("council_durham") as connection:
        assert connection.execute("show row_security").fetchone() == ("on",)
        assert connection.execute("show statement_timeout").fetchone() == ("1min",)
        assert connection.execute("show default_transaction_read_only").fetchone() == ("on",)


def test_readers_cannot_keep_the_night_out_by_their_number(warehouse: str) -> None:
    limits = rows(ADMIN, "select rolname, rolconnlimit from pg_roles where rolname in ('analyst', 'loader')")
    assert dict(limits) == {"analyst": 20, "loader": -1}


def test_no_password_is_in_a_command_line_or_an_environment(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what a build, a backup, a restore and a cleaning start (pg_dump, pg_restore, airflow), and all that runs."""
    said: list[str] = []
    real = subprocess.Popen.__init__

    def heard(process: subprocess.Popen, command: object, *given: object, **named: object) -> None:
        said.append(f"{command} {named.get('env')}")
        real(process, command, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(subprocess.Popen, "__init__", heard)
    dbt.build("councils")
    restore(backup(tmp_path))
    monkeypatch.setenv("SOCIALCARE_AIRFLOW_DATABASE", "no_such_database")
    get_settings.cache_clear()
    with pytest.raises(Fault, match="airflow_not_cleaned"):
        retention.clean()
    assert {name for name in ("pg_dump", "pg_restore", "airflow") if any(name in one for one in said)} == {
        *("pg_dump", "pg_restore", "airflow")
    }
    for file in ("cmdline", "environ"):
        for path in Path("/proc").glob(f"[0-9]*/{file}"):
            with contextlib.suppress(OSError):
                said.append(path.read_bytes().decode(errors="replace"))
    secrets = [path.read_text().strip() for path in get_settings().secrets.glob("postgres-*")]
    assert len(secrets) >= len(schema.all_login_roles())
    assert not [one for one in said if any(secret in one for secret in secrets)]
