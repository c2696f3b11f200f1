"""The tables behind a version: one parent per mart, one partition per version, and their checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from socialcare.errors import Fault
from socialcare.warehouse.versions_marts import Mart

#: How long a change to a parent may wait for a reader. Readers queue behind it, so it must be short.
LOCK_TIMEOUT = "2s"


def partition(mart: str, version_id: int) -> str:
    """Return the name of a mart's partition: what the audits of that version read."""
    return f"{mart}__v{version_id}"


def exists(connection: psycopg.Connection, table: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", [f'versions."{table}"']).fetchone()
    return bool(row and row[0])


def partitions_of(connection: psycopg.Connection, mart: str) -> list[str]:
    """Return the names of a mart's partitions."""
    rows = connection.execute(
        "select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = to_regclass(%s)",
        [f'versions."{mart}"'],
    )
    return [name for (name,) in rows.fetchall()]


def ensure_parent(connection: psycopg.Connection, mart: Mart) -> None:
    """Make the mart's partitioned table, or add the columns that are new. Nothing is ever taken away here.

    Raises Fault ``column_type_changed`` when a column that once existed comes back as another type.
    """
    parent = sql.Identifier("versions", mart.name)
    columns = [sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(c.type)) for c in mart.columns]
    if not exists(connection, mart.name):
        connection.execute(
            sql.SQL("create table {} (version_id bigint not null, {}) partition by list (version_id)").format(
                parent, sql.SQL(", ").join(columns)
            )
        )
    present = columns_of(connection, mart.name)
    for column, definition in zip(mart.columns, columns, strict=True):
        if column.name not in present:
            connection.execute(sql.SQL("alter table {} add column {}").format(parent, definition))
        elif present[column.name] != column.type:
            raise Fault(
                "column_type_changed",
                f"The column was {present[column.name]} in an earlier version and is {column.type} now.",
                where=f"{mart.name}.{column.name}",
                remedy="keep the type, or give the new column a new name.",
            )


def columns_of(connection: psycopg.Connection, table: str, schema: str = "versions") -> dict[str, str]:
    """Return a relation's columns and types, in order."""
    rows = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [f'"{schema}"."{table}"'],
    )
    return dict(rows.fetchall())


def fill_partition(connection: psycopg.Connection, mart: Mart, version_id: int) -> int:
    """Copy the mart into its partition, index it, and attach it. Return the rows.

    Raises Fault ``grain_not_unique`` when two rows share the mart's key.
    """
    name = partition(mart.name, version_id)
    parent, child = sql.Identifier("versions", mart.name), sql.Identifier("versions", name)
    names = sql.SQL(", ").join(map(sql.Identifier, mart.column_names))
    version = sql.Literal(version_id)
    connection.execute(sql.SQL("create table {} (like {} including defaults)").format(child, parent))
    filled = connection.execute(
        sql.SQL("insert into {} (version_id, {}) select {}, {} from {} order by {}").format(
            child,
            names,
            version,
            names,
            sql.Identifier("marts", mart.name),
            sql.SQL(", ").join(map(sql.Identifier, mart.order_by)),
        )
    )
    _index(connection, mart, child)
    # With this constraint, attaching needs no second look at the rows.
    connection.execute(
        sql.SQL("alter table {} add constraint is_its_version check (version_id = {})").format(child, version)
    )
    connection.execute(sql.SQL("alter table {} attach partition {} for values in ({})").format(parent, child, version))
    if mart.access == "own":
        _take_no_samples(connection, mart.name)
    connection.execute(sql.SQL("analyze {}").format(child))
    return filled.rowcount


def _take_no_samples(connection: psycopg.Connection, mart: str) -> None:
    """Have nobody's ``analyze``, nor autovacuum's, sample the mart's values, in any of its partitions.

    A sample is of every council's rows, and EXPLAIN tells each council the number of rows that it leads to expect.
    """
    kept = [sql.SQL("alter column {} set statistics 0").format(sql.Identifier(c)) for c in columns_of(connection, mart)]
    parent = sql.Identifier("versions", mart)
    connection.execute(sql.SQL("alter table {} {}").format(parent, sql.SQL(", ").join(kept)))


def _index(connection: psycopg.Connection, mart: Mart, child: sql.Identifier) -> None:
    key = sql.SQL(", ").join(map(sql.Identifier, mart.grain))
    try:
        connection.execute(sql.SQL("alter table {} add primary key ({})").format(child, key))
    except (psycopg.errors.UniqueViolation, psycopg.errors.NotNullViolation):
        # The server's own message quotes the key's values: it must not travel further.
        raise Fault(
            "grain_not_unique", "Two rows of the mart share its key, or a part of the key is empty.",
            where=f"marts.{mart.name} ({', '.join(mart.grain)})",
            remedy="correct the model, or the grain in its meta; dbt's test of the key should have found it.",
        ) from None  # fmt: skip
    for index in mart.indexes:
        columns = sql.SQL(", ").join(map(sql.Identifier, index))
        connection.execute(sql.SQL("create index on {} ({})").format(child, columns))


def content_checksum(connection: psycopg.Connection, marts: list[Mart], version_id: int | None = None) -> str:
    """Return a sha256 over every row of every mart: of a version, or (None) of the schema marts itself.

    It depends on the figures only: not on the version, the time, the order of rows or of columns.
    """
    total = hashlib.sha256()
    for setting in (
        "datestyle = 'ISO, YMD'",
        "timezone = 'UTC'",
        "extra_float_digits = 1",
        "bytea_output = 'hex'",
    ):
        connection.execute(sql.SQL("set local " + setting))
    for mart in sorted(marts, key=lambda one: one.name):
        table = (
            sql.Identifier("marts", mart.name)
            if version_id is None
            else sql.Identifier("versions", partition(mart.name, version_id))
        )
        names = sorted(mart.column_names)
        # Each row is hashed, then the hashes in their own order: no sort rule of any language has a say.
        row = connection.execute(
            sql.SQL(
                "select encode(sha256(coalesce(string_agg(h, ''::bytea order by h), ''::bytea)), 'hex')"
                " from (select sha256(convert_to(row({})::text, 'UTF8')) as h from {}) hashed"
            ).format(sql.SQL(", ").join(map(sql.Identifier, names)), table)
        ).fetchone()
        assert row is not None
        total.update(f"{mart.name}({','.join(names)})={row[0]}\n".encode())
    return total.hexdigest()


def drop_partitions(connection: psycopg.Connection, marts: list[str], version_id: int) -> bool:
    """Remove a version's rows in one transaction. Return False, and change nothing, if a reader is there."""
    try:
        with connection.transaction():
            connection.execute("set local lock_timeout = '250ms'")
            for mart in marts:
                name = sql.Identifier("versions", partition(mart, version_id))
                connection.execute(sql.SQL("drop table if exists {}").format(name))
            connection.execute(
                "update versions.version set dropped_at = clock_timestamp() where version_id = %s",
                [version_id],
            )
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def current_id(connection: psycopg.Connection) -> int | None:
    """Return the version the pointer names, or None before the first."""
    row = connection.execute("select version_id from versions.current").fetchone()
    return row[0] if row else None


def unknown(version_id: int) -> Fault:
    """Return the Fault for a version that is not there."""
    return Fault(
        "version_unknown", "The version is not there, or its rows are no longer kept.",
        where=f"version {version_id}", remedy="`socialcare versions` lists those that are kept.",
    )  # fmt: skip


@contextmanager
def giving_way_to_readers(connection: psycopg.Connection) -> Iterator[None]:
    """Run the block as one transaction that gives up rather than queue behind an open reader."""
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'".encode())
            yield
    except psycopg.errors.LockNotAvailable:
        raise Fault(
            "readers_in_the_way", "A reader holds a transaction open, and a table's shape has to change.",
            where="schema published", retryable=True,
            remedy="try again; if it lasts, ask whoever has an open session on the warehouse to end it.",
        ) from None  # fmt: skip
