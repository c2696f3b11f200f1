"""Make the databases, roles and schemas. Safe to run every night: nothing that exists is made again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from socialcare import embedded
from socialcare.database import PLATFORM_ROLES, connect, password, server
from socialcare.registry import all_councils
from socialcare.settings import get_settings
from socialcare.warehouse import raw_returns

DDL = Path(__file__).with_name("ddl")

#: Databases that every server has; nobody can connect to the last.
_SPARE = ("postgres", "template1", "template0")

_READER_CONNECTIONS = 20  # of the server's 200: readers must never keep the night out
_READER_DEFAULTS = (
    "default_transaction_read_only = on",
    "statement_timeout = '60s'",
    "idle_in_transaction_session_timeout = '15min'",
    "search_path = published",
)


def apply() -> None:
    """Bring the server to the declared state: two databases, every role, every schema and control table."""
    settings = get_settings()
    admin = server().admin
    with connect(admin, database="postgres", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(7300001)")  # two starts at once wait for each other
        for role in all_login_roles():
            _make_role(connection, role)
        for database, owner in ((settings.airflow_database, "airflow"), (settings.warehouse_database, admin)):
            _make_database(connection, database, owner)
        open_database(connection, settings.warehouse_database)
        # On a server of our own PUBLIC has nothing, in any database; another's databases are not ours to close.
        for spare in _SPARE if embedded.is_used() else ():
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(spare)))
    for name in (settings.airflow_database, *(_SPARE[:2] if embedded.is_used() else ())):
        _close_inside(name)
    with connect(admin) as connection:
        connection.execute("select pg_advisory_xact_lock(7300002)")
        _apply_files(connection)
        raw_returns.ensure_all(connection)


def _apply_files(connection: psycopg.Connection) -> None:
    """Run the schema files, unless this database has exactly them: replacing a view waits for its readers."""
    files = sorted(DDL.glob("*.sql"))
    text = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    known = connection.execute("select to_regclass('ops.schema_applied')").fetchone()
    if (
        known
        and known[0]
        and connection.execute("select 1 from ops.schema_applied where sha256 = %s", [text]).fetchone()
    ):
        return
    connection.execute("set local lock_timeout = '60s'")
    for file in files:
        connection.execute(file.read_bytes())
    connection.execute(
        "insert into ops.schema_applied (sha256) values (%s) "
        "on conflict (only_row) do update set sha256 = excluded.sha256, applied_at = now()",
        [text],
    )


def bring_up(database: str) -> None:
    """Bring a restored database to the declared state, and take from readers what no dump says was taken."""
    with connect(server().admin, database=database) as connection:
        _apply_files(connection)
        connection.execute((DDL / "15_functions.sql").read_bytes())


def all_login_roles() -> tuple[str, ...]:
    """Return every role that may log in: the platform's own and one per council that sends files."""
    return (*PLATFORM_ROLES, *(council.role for council in all_councils()))


def _make_role(connection: psycopg.Connection, role: str) -> None:
    exists = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    verb = "alter" if exists else "create"
    reader = role == "analyst" or role.startswith("council_")
    name = sql.Identifier(role)
    # The server gets a verifier, never the password: it may log what it is asked.
    verifier = connection.pgconn.encrypt_password(
        str(password(role)).encode(), role.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL(
            verb + " role {} login nosuperuser nocreatedb nocreaterole nobypassrls connection limit {} password {}"
        ).format(name, sql.Literal(_READER_CONNECTIONS if reader else -1), sql.Literal(verifier))
    )
    # A role may change its own defaults; every start puts them back.
    connection.execute(sql.SQL("alter role {} reset all").format(name))
    for setting in _READER_DEFAULTS if reader else ():
        connection.execute(sql.SQL("alter role {} set " + setting).format(name))


def _make_database(connection: psycopg.Connection, name: str, owner: str) -> None:
    if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
        connection.execute(
            sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
        connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def _close_inside(name: str) -> None:
    """Take from PUBLIC what PostgreSQL opens to it inside each database: a schema, its languages, functions to come."""
    makers = ["airflow"] if name == get_settings().airflow_database else []
    with connect(server().admin, database=name) as connection:
        connection.execute("select pg_advisory_xact_lock(7300003)")
        connection.execute("revoke all on schema public from public")
        connection.execute("revoke usage on language sql, plpgsql from public")
        for role in (server().admin, *makers):
            connection.execute(
                sql.SQL("alter default privileges for role {} revoke execute on functions from public").format(
                    sql.Identifier(role)
                )
            )
        for role in makers:
            connection.execute(sql.SQL("grant usage on language sql, plpgsql to {}").format(sql.Identifier(role)))


def open_database(connection: psycopg.Connection, name: str) -> None:
    """Let the warehouse's roles into the database ``name``, and nobody else."""
    database = sql.Identifier(name)
    roles = sql.SQL(", ").join(map(sql.Identifier, (r for r in all_login_roles() if r != "airflow")))
    connection.execute(sql.SQL("revoke all on database {} from public").format(database))
    connection.execute(sql.SQL("grant connect on database {} to {}").format(database, roles))
    for role in all_login_roles():
        connection.execute(sql.SQL("alter role {} in database {} reset all").format(sql.Identifier(role), database))
    connection.execute(sql.SQL("grant temporary on database {} to transformer, publisher, loader").format(database))
