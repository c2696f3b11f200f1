"""Who may read what: granted with the tables, read back from the catalogue, refused when it is too wide.

Row-level policies use ``current_user``, never a setting that the reader could change.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from socialcare import embedded, registry
from socialcare.database import connect, server
from socialcare.errors import Fault
from socialcare.settings import get_settings
from socialcare.warehouse import access_catalog, access_matrix
from socialcare.warehouse.access_catalog import Right
from socialcare.warehouse.access_matrix import Difference, Names
from socialcare.warehouse.schema import all_login_roles
from socialcare.warehouse.versions_marts import Mart
from socialcare.warehouse.versions_views import PLATFORM_VIEWS

READERS = "analyst"
POLICIES = ("council_reads_its_own_current_rows", "publisher_works")

#: What a council's role needs in ``versions`` for its own views, which run with the reader's own rights.
_COUNCIL_NEEDS = ("current", "council_roles")


def apply() -> None:
    """Bring councils, grants and policies to the declared state, and check the result. Safe every night.

    Raises Fault ``council_rows_exposed`` or ``access_too_wide``.
    """
    with connect("publisher") as connection:
        fill_from_registry(connection)
        for mart in current_marts(connection):
            protect(connection, mart, mart.name)
            grant(connection, mart)
        grant_platform_views(connection)
        verify(connection)


def current_marts(connection: psycopg.Connection) -> list[Mart]:
    """Return the marts of the version that people read now, as they were when it was built."""
    row = connection.execute("select shape from versions.version join versions.current using (version_id)").fetchone()
    return [Mart.from_dict(stored) for stored in row[0].values()] if row and row[0] else []


def council_roles() -> list[str]:
    """Return the database role of every council that sends files."""
    return [council.role for council in registry.all_councils()]


def fill_from_registry(connection: psycopg.Connection) -> None:
    """Write which role sees which council, and the titles of what a night looks at."""
    councils = registry.all_councils()
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from versions.council_roles where not role_name = any(%s::name[])",
            [[council.role for council in councils]],
        )
        cursor.executemany(
            "insert into versions.council_roles (role_name, council_id, ons_code, council_name)"
            " values (%s, %s, %s, %s) on conflict (role_name) do update set council_id = excluded.council_id,"
            " ons_code = excluded.ons_code, council_name = excluded.council_name",
            [(council.role, council.id, council.ons_code, council.name) for council in councils],
        )
        subjects = [(council.id, "council", council.name) for council in councils]
        subjects += [(source.id, "source", source.title) for source in registry.all_sources()]
        cursor.executemany(
            "insert into versions.subjects (subject_id, kind, title) values (%s, %s, %s)"
            " on conflict (subject_id) do update set kind = excluded.kind, title = excluded.title",
            subjects,
        )
        cursor.execute(
            "delete from versions.subjects where not subject_id = any(%s)",
            [[subject[0] for subject in subjects]],
        )


def protect(connection: psycopg.Connection, mart: Mart, table: str) -> None:
    """Put row-level security on a table of ``versions`` that holds council rows; leave a shared one alone."""
    if mart.access != "own" or is_protected(connection, table):
        return
    name = sql.Identifier("versions", table)
    connection.execute(
        sql.SQL(
            "alter table {t} enable row level security;"
            "alter table {t} force row level security;"
            "drop policy if exists publisher_works on {t};"
            "drop policy if exists council_reads_its_own_current_rows on {t};"
            "create policy publisher_works on {t} to publisher using (true) with check (true);"
            "create policy council_reads_its_own_current_rows on {t} for select using ("
            " version_id = (select c.version_id from versions.current c)"
            " and council_code = (select r.ons_code from versions.council_roles r"
            " where r.role_name = current_user))"
        ).format(t=name)
    )


def is_protected(connection: psycopg.Connection, table: str) -> bool:
    """Return whether row-level security is on, forced, and made of exactly our policies."""
    row = connection.execute(
        "select relrowsecurity and relforcerowsecurity and (select array_agg(polname::text order by polname)"
        " from pg_policy where polrelid = c.oid) = %s::text[] from pg_class c where oid = to_regclass(%s)",
        [list(POLICIES), f'versions."{table}"'],
    ).fetchone()
    return bool(row and row[0])


def grant(connection: psycopg.Connection, mart: Mart) -> None:
    """Let the right people read the mart's view. Grants nothing that is already granted."""
    view = sql.Identifier("published", mart.name)
    if mart.access == "shared":
        _grant(connection, view, [READERS, *council_roles()])
        return
    councils = council_roles()
    _grant(connection, view, councils)
    _grant(connection, sql.Identifier("versions", mart.name), councils)
    for table in _COUNCIL_NEEDS:
        _grant(connection, sql.Identifier("versions", table), councils)
    _grant_usage(connection, "versions", councils)
    if _may_read(connection, view, READERS):
        connection.execute(sql.SQL("revoke all on {} from {}").format(view, sql.Identifier(READERS)))


def grant_platform_views(connection: psycopg.Connection) -> None:
    """Let everybody read what is said about the version and its sources."""
    readers = [READERS, *council_roles()]
    _grant_usage(connection, "published", readers)
    for name in PLATFORM_VIEWS:
        row = connection.execute("select to_regclass(%s)", [f"published.{name}"]).fetchone()
        if row and row[0]:
            _grant(connection, sql.Identifier("published", name), readers)


def _grant(connection: psycopg.Connection, relation: sql.Identifier, roles: list[str]) -> None:
    missing = [role for role in roles if not _may_read(connection, relation, role)]
    if missing:
        connection.execute(
            sql.SQL("grant select on {} to {}").format(relation, sql.SQL(", ").join(map(sql.Identifier, missing)))
        )


def _may_read(connection: psycopg.Connection, relation: sql.Identifier, role: str) -> bool:
    row = connection.execute(
        "select has_table_privilege(%s, to_regclass(%s), 'SELECT')", [role, relation.as_string(connection)]
    ).fetchone()
    return bool(row and row[0])


def _grant_usage(connection: psycopg.Connection, schema: str, roles: list[str]) -> None:
    for role in roles:
        row = connection.execute("select has_schema_privilege(%s, %s, 'USAGE')", [role, schema]).fetchone()
        if not row or not row[0]:
            connection.execute(
                sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(schema), sql.Identifier(role))
            )


def verify(connection: psycopg.Connection) -> None:
    """Raise a Fault if a reader could see more than is meant. Called before every move of the pointer.

    ``council_rows_exposed``: council rows without row-level security, or a view over them that runs with its
    owner's rights, or a copy of them (materialised view). ``access_too_wide``: an analyst or a council may
    read or write something outside ``published``.
    """
    exposed = access_catalog.exposed_relations(connection, PLATFORM_VIEWS)
    if exposed:
        relation, reason = exposed[0]
        raise Fault(
            "council_rows_exposed", f"Rows of councils could be read by others: {reason}.", where=relation,
            remedy="nothing was published. Correct or drop the relation, then run the night again.",
        )  # fmt: skip
    wide = too_wide(connection)
    if wide:
        raise Fault(
            "access_too_wide", f"The role {wide[0].role} has {wide[0].privilege} there.",
            where=f"{wide[0].kind} {wide[0].name}",
            remedy=f"nothing was published. Revoke it (and {len(wide) - 1} more: `socialcare access`).",
        )  # fmt: skip


def too_wide(connection: psycopg.Connection) -> list[Difference]:
    """Return the rights of an analyst, a council or PUBLIC in this warehouse that go beyond what is meant."""
    readers = [READERS, *council_roles(), "public"]
    here = connection.info.dbname
    # Other databases of the server are in the matrix, but are not this warehouse's to stop a night for.
    rights = [
        right
        for right in access_catalog.rights(connection, readers)
        if right.reachable and (right.kind != "database" or right.name == here)
    ]
    found = access_matrix.differences(rights, [], readers, _names(connection))
    return [difference for difference in found if difference.is_wide]


def matrix() -> list[Right]:
    """Return every right of every login role and of PUBLIC, read from the database's own catalogue."""
    with connect("publisher") as connection:
        return access_catalog.rights(connection, [*all_login_roles(), "public"])


def differences() -> list[Difference]:
    """Hold what the database has against what is meant: every role and PUBLIC, everything, too much and too little."""
    settings = get_settings()
    ours = {settings.warehouse_database, settings.airflow_database, *_spare()}
    roles = [*all_login_roles(), "public"]
    with connect("publisher") as connection:
        rights = access_catalog.rights(connection, roles)
        things = access_catalog.things(connection)
        found = access_matrix.differences(rights, things, roles, _names(connection))
    return [one for one in found if one.kind != "database" or one.name in ours]


def differences_elsewhere() -> list[Difference]:
    """Return what PUBLIC or one of our roles has inside the server's other databases that are ours."""
    found = []
    for name in (*_spare(), get_settings().airflow_database):
        with connect(server().admin, database=name) as connection:
            rights = access_catalog.rights(connection, [*(r for r in all_login_roles() if r != "airflow"), "public"])
        inside = (right for right in rights if right.kind not in ("database", "attribute", "membership"))
        found += [Difference(r.role, f"{r.kind} of {name}", r.name, r.privilege, is_wide=True) for r in inside]
    return found


def _spare() -> tuple[str, ...]:
    """Return the databases that every server has, of a server of our own: another's are not ours to close."""
    return ("postgres", "template1") if embedded.is_used() else ()


def _names(connection: psycopg.Connection) -> Names:
    """Return the marts of councils' own rows: by what the version that people read says, and by their policy."""
    own = {mart.name for mart in current_marts(connection) if mart.access == "own"}
    own |= access_catalog.own_tables(connection)
    return Names(own, connection.info.dbname, get_settings().airflow_database)
