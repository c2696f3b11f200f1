"""What the database's own catalogue says about rights: nothing here is taken from our declarations."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class Right:
    """One thing that one role can do. ``reachable`` is false where the schema itself is closed to it."""

    role: str
    kind: str
    name: str
    privilege: str
    reachable: bool = True


_OURS = "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%%'"

_ROLE_RIGHTS = f"""
with roles as (select oid, rolname from pg_roles where rolname = any(%(roles)s))
select rolname, kind, name, privilege, reachable from (
    select r.rolname,
        case c.relkind when 'v' then 'view' when 'm' then 'materialised view' else 'table' end as kind,
        n.nspname || '.' || c.relname as name, p.privilege,
        has_schema_privilege(r.oid, n.oid, 'USAGE') as reachable
    from roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace,
        unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES', 'DELETE', 'TRUNCATE', 'TRIGGER'])
            p (privilege)
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and {_OURS}
        and case when p.privilege in ('DELETE', 'TRUNCATE', 'TRIGGER')
            then has_table_privilege(r.oid, c.oid, p.privilege)
            else has_any_column_privilege(r.oid, c.oid, p.privilege) end
    union all
    select r.rolname, 'schema', n.nspname, p.privilege, true
    from roles r, pg_namespace n, unnest(array['USAGE', 'CREATE']) p (privilege)
    where {_OURS} and has_schema_privilege(r.oid, n.oid, p.privilege)
    union all
    select r.rolname, 'function', n.nspname || '.' || f.proname, 'EXECUTE',
        has_schema_privilege(r.oid, n.oid, 'USAGE')
    from roles r, pg_proc f join pg_namespace n on n.oid = f.pronamespace
    where {_OURS} and has_function_privilege(r.oid, f.oid, 'EXECUTE')
    union all
    select r.rolname, 'database', d.datname, p.privilege, d.datallowconn
    from roles r, pg_database d, unnest(array['CONNECT', 'CREATE', 'TEMPORARY']) p (privilege)
    where has_database_privilege(r.oid, d.oid, p.privilege)
) found
order by 1, 2, 3, 4
"""

_PUBLIC_RIGHTS = f"""
select 'public', kind, name, privilege_type, true from (
    select 'table' as kind, n.nspname || '.' || c.relname as name, (aclexplode(c.relacl)).*
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_OURS}
    union all
    select 'schema', n.nspname, (aclexplode(n.nspacl)).* from pg_namespace n where {_OURS}
    union all
    select 'function', n.nspname || '.' || f.proname,
        (aclexplode(coalesce(f.proacl, acldefault('f', f.proowner)))).*
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace where {_OURS}
    union all
    select 'database', d.datname, (aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))).*
    from pg_database d where d.datallowconn
) found
where grantee = 0
order by 2, 3, 4
"""

# Parents of marts that carry council rows are known by their policy; their partitions, and every view over
# either (at any depth), follow from the catalogue. A table in `versions` whose shape says "own" but that has
# no policy at all is found by its shape.
_EXPOSED = """
with recursive own as (
    select distinct (mart ->> 'name') as name
    from versions.version v, jsonb_each(v.shape) as e (key, mart)
    where mart ->> 'access' = 'own' and v.dropped_at is null
), tables as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'versions' and c.relkind in ('r', 'p')
        and exists (
            select from own where c.relname = own.name or c.relname ~ ('^' || own.name || '__v[0-9]+$')
        )
    union
    select polrelid from pg_policy where polname = 'council_reads_its_own_current_rows'
), above as (
    select oid, 0 as depth from tables
    union
    select rewrite.ev_class, above.depth + 1
    from above
    join pg_depend d on d.refobjid = above.oid and d.refclassid = 'pg_class'::regclass
        and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite rewrite on rewrite.oid = d.objid and rewrite.ev_class <> above.oid
)
select c.oid::regclass::text, case
    when c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
        then 'a table of council rows without row-level security'
    when c.relkind in ('r', 'p') and (
        select coalesce(array_agg(polname::text order by polname), '{}') from pg_policy where polrelid = c.oid
    ) <> array['council_reads_its_own_current_rows', 'publisher_works']
        then 'a table of council rows with other policies than ours'
    when c.relkind = 'm' then 'a materialised view over council rows'
    when c.relkind = 'v' and not coalesce(c.reloptions::text ~* 'security_invoker=(true|on|1)', false)
        then 'a view over council rows that runs with its owner''s rights'
    end as reason
from pg_class c
where c.oid in (select oid from above)
"""


def rights(connection: psycopg.Connection, roles: list[str]) -> list[Right]:
    """Return every right of ``roles`` on relations, schemas, functions, databases ('public': PUBLIC)."""
    found = [Right(*row) for row in connection.execute(_ROLE_RIGHTS, {"roles": roles}).fetchall()]
    if "public" in roles:
        found += [Right(*row) for row in connection.execute(_PUBLIC_RIGHTS.replace("%%", "%").encode()).fetchall()]
    return found


def exposed_relations(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Return (relation, reason) for each that would show a council's rows to somebody else."""
    rows = connection.execute(_EXPOSED.encode()).fetchall()
    return [(relation, reason) for relation, reason in rows if reason is not None]


def too_wide(connection: psycopg.Connection, analyst: str, councils: list[str]) -> list[Right]:
    """Return the rights of an analyst, a council or PUBLIC that go beyond reading what is theirs."""
    own = own_tables(connection)
    here = connection.info.dbname
    return [
        right
        for right in rights(connection, [analyst, *councils, "public"])
        if right.reachable and not _is_meant(right, analyst, own, here)
    ]


def own_tables(connection: psycopg.Connection) -> set[str]:
    """Return the parents of ``versions`` that carry our row-level policy."""
    rows = connection.execute(
        "select n.nspname || '.' || c.relname from pg_policy p join pg_class c on c.oid = p.polrelid"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where p.polname = 'council_reads_its_own_current_rows' and c.relkind = 'p'"
    ).fetchall()
    return {name for (name,) in rows}


def _is_meant(right: Right, analyst: str, own: set[str], here: str) -> bool:
    schema = right.name.split(".")[0]
    if right.kind == "database":
        # Other databases of the server are in the matrix, but are not this warehouse's to stop a night for.
        return right.name != here or (right.privilege == "CONNECT" and right.role != "public")
    if right.kind == "schema":
        return right.privilege == "USAGE" and (
            schema == "published" or (schema == "versions" and right.role != analyst)
        )
    if right.kind == "function" or right.privilege != "SELECT" or right.role == "public":
        return False
    if schema == "published":
        return True
    return right.role != analyst and right.name in {*own, "versions.current", "versions.council_roles"}
