"""Back the warehouse up into a folder, and put a backup in the warehouse's place: whole, or not at all.

In a backup: the warehouse (every schema, its grants and its row-level security) and the list of archived files.
Not in it, on purpose: the archive itself (copy the folder; each file is named by its sha256), the secrets, the
encrypted originals of councils' deliveries and their keys, what waits in inboxes and the receipts in outboxes (they
name children, and a copy would outlive what was agreed), extracts (made again by the next night), and Airflow's own
database (a record of runs, made anew). Without the secrets a restored warehouse is readable, but
a council's next delivery gets other pseudonyms: keep them apart, as docs/operate.md says.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from socialcare import embedded
from socialcare.database import connect, pass_file, server
from socialcare.deliver.csv_file import sha256_of
from socialcare.door import erase, retention
from socialcare.errors import Fault
from socialcare.operate import backup_expiry
from socialcare.registry import all_councils
from socialcare.settings import child_environment, get_settings
from socialcare.warehouse import schema

_DUMP, _ARCHIVE_LIST, _MANIFEST = "warehouse.dump", "archive.txt", "manifest.json"
_LEFT_OUT = [
    "archive (copy the folder; archive.txt lists it)",
    "secrets",
    "encrypted originals of councils' deliveries, and their keys",
    "inboxes and outboxes (receipts)",
    "extracts",
    "Airflow's own database",
]


def backup(to: Path) -> Path:
    """Write a backup into a new folder under ``to``; return that folder (mode 0700). Readers are not held up.

    Raises Fault ``backup_failed``; nothing half-made is left.
    """
    try:
        to.mkdir(parents=True, exist_ok=True)
        backup_expiry.remember_place(to)  # first: what a killed run leaves there must be found too
        return _backup(to)
    except OSError as error:
        raise Fault(
            "backup_failed", f"The backup could not be written: {error.strerror or error}.", where=str(to),
            remedy="name a folder that this account may write to, on a disk with free space.",
        ) from error  # fmt: skip


def _backup(to: Path) -> Path:
    made_at = datetime.now(UTC)
    with backup_expiry.workshop(to) as workshop:
        with connect(server().admin) as connection:
            connection.execute("set transaction isolation level repeatable read read only")
            snapshot = _one(connection, "select pg_export_snapshot()")
            counts = _counts(connection)
            held = {"version": _one(connection, "select version_id from versions.current"), "rows": counts}
            _run("pg_dump", ["--format=custom", f"--snapshot={snapshot}", f"--file={workshop / _DUMP}"])
        (workshop / _ARCHIVE_LIST).write_text("".join(f"{line}\n" for line in _archived()))
        manifest = {
            "made_at": made_at.isoformat(timespec="seconds"),
            "database": get_settings().warehouse_database,
            **held,
            "left_out": _LEFT_OUT,
            "files": {name: sha256_of(workshop / name) for name in (_DUMP, _ARCHIVE_LIST)},
        }
        (workshop / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
        return workshop.rename(to / backup_expiry.name_of(made_at))


def restore(source: Path, database: str | None = None) -> list[str]:
    """Put the backup in folder ``source`` in the place of ``database`` (default: the warehouse).

    It is loaded into a database of its own, compared with what the backup says of itself, brought to what this
    platform declares, rid of every child that was erased since, and only then renamed; until that moment readers read
    the old one. Returns the sha256 of archived files that the backup
    lists and the archive lacks. Raises Fault ``backup_not_found``, ``backup_damaged`` or ``restore_failed``.
    """
    manifest = _verified(source)
    name = database or get_settings().warehouse_database
    fresh = f"{name}__restoring"
    _have_roles()
    with connect(server().admin, database="postgres", autocommit=True) as connection:
        _drop(connection, fresh)
        connection.execute(
            sql.SQL("create database {} encoding 'UTF8' template template0").format(sql.Identifier(fresh))
        )
        schema.open_database(connection, fresh)
        try:
            _run("pg_restore", ["--exit-on-error", str(source / _DUMP)], database=fresh)
            _compare(fresh, manifest["rows"])
            schema.bring_up(fresh)
            erase.apply_lists(fresh)
            for council in all_councils():
                retention.destroy_rows(council, datetime.now(UTC), fresh)
            _swap(connection, fresh, name)
        finally:
            _drop(connection, fresh)
    present = {path.name for path in get_settings().archive.glob("??/*")}
    return [line for line in (source / _ARCHIVE_LIST).read_text().splitlines() if line not in present]


def _verified(source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((source / _MANIFEST).read_text())
        damaged = [name for name in (_DUMP, _ARCHIVE_LIST) if sha256_of(source / name) != manifest["files"][name]]
        damaged += [] if isinstance(manifest["rows"], dict) else [_MANIFEST]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Fault(
            "backup_not_found", "The folder holds no whole backup.", where=str(source),
            remedy="name the folder that `socialcare backup` printed.",
        ) from error  # fmt: skip
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Fault(
            "backup_damaged", "A file of the backup cannot be read, or does not say what a backup says of itself. "
            "Nothing was changed.", where=str(source), remedy="use another backup; find out what changed this one.",
        ) from error  # fmt: skip
    if damaged:
        raise Fault(
            "backup_damaged", f"Not as it was written: {', '.join(damaged)}. Nothing was changed.",
            where=str(source), remedy="use another backup; find out what changed this one.",
        )  # fmt: skip
    return manifest


def _have_roles() -> None:
    """Make the roles that a dump refers to and does not hold; where they are, wait for nobody's locks."""
    with connect(server().admin, database="postgres") as connection:
        there = {name for (name,) in connection.execute("select rolname from pg_roles")}
    if not there.issuperset(schema.all_login_roles()):
        schema.apply()


def _counts(connection: psycopg.Connection) -> dict[str, int]:
    """Return the rows of every table of the warehouse."""
    tables = connection.execute(
        "select nspname, relname from pg_class c join pg_namespace n on n.oid = relnamespace"
        " where relkind = 'r' and nspname !~ '^(pg_|information_schema)' order by 1, 2"
    ).fetchall()
    return {
        f"{space}.{table}": int(
            _one(connection, sql.SQL("select count(*) from {}").format(sql.Identifier(space, table)))
        )
        for space, table in tables
    }


def _compare(fresh: str, expected: dict[str, int]) -> None:
    with connect(server().admin, database=fresh) as connection:
        found = _counts(connection)
    if found != expected:
        wrong = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
        raise Fault(
            "restore_failed", f"The restored tables do not hold what was backed up: {', '.join(wrong)}.",
            where=fresh, remedy="nothing was changed; use another backup and report this one.",
        )  # fmt: skip


def _swap(connection: psycopg.Connection, fresh: str, name: str) -> None:
    """Rename ``fresh`` to ``name`` in one transaction; readers of the old one are told to come again."""
    before = f"{name}__before"
    _drop(connection, before)
    exists = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
    try:
        if exists:
            _allow_connections(connection, name, "false")
        for busy in (name, fresh):
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [busy]
            )
        with connection.transaction():
            if exists:
                _rename(connection, name, before)
            _rename(connection, fresh, name)
    except BaseException:  # Ctrl-C too: nobody could read the old one again
        if exists:
            with connect(server().admin, database="postgres", autocommit=True) as another:  # the first may be broken
                _allow_connections(another, name, "true")
        raise
    _drop(connection, before)


def _allow_connections(connection: psycopg.Connection, name: str, allowed: str) -> None:
    statement = "alter database {} with allow_connections " + allowed
    connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _rename(connection: psycopg.Connection, name: str, to: str) -> None:
    connection.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(name), sql.Identifier(to)))


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _run(tool: str, arguments: Sequence[str], *, database: str | None = None) -> None:
    """Run one of PostgreSQL's own programs against the server; the password comes from a file."""
    where = server()
    own = embedded.is_used()
    program = embedded.tool_path(tool) if own else shutil.which(tool) or embedded.tool_path(tool)
    result = subprocess.run(
        [
            *(program, "--no-password", f"--host={where.host}", f"--port={where.port}"),
            *(f"--username={where.admin}", f"--dbname={database or get_settings().warehouse_database}"),
            *arguments,
        ],
        env=child_environment(**({"PGPASSFILE": pass_file((where.admin,))} if own else {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = result.stderr.strip().splitlines()
        raise Fault(
            "backup_failed" if tool == "pg_dump" else "restore_failed",
            f"{tool} ended with {result.returncode}: {said[0] if said else 'it said nothing'}",
            where=f"{where.host}:{where.port}",
            remedy="check free space, and that this machine's pg_dump is not older than the server.",
        )


def _archived() -> list[str]:
    return sorted(path.name for path in get_settings().archive.glob("??/*") if len(path.name) == 64)


def _one(connection: psycopg.Connection, query: str | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
