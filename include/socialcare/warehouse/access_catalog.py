"""What the database's own catalogue says about rights: nothing here is taken from our declarations."""

from __future__ import annotations

from collections.abc import Collection
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
        unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES', 'DELETE', 'TRUNCATE', 'TRIGGER', 'MAINTAIN'])
            p (privilege)
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and {_OURS}
        and case when p.privilege in ('DELETE', 'TRUNCATE', 'TRIGGER', 'MAINTAIN')
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
    select r.rolname, 'sequence', n.nspname || '.' || c.relname, p.privilege,
        has_schema_privilege(r.oid, n.oid, 'USAGE')
    from roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace,
        unnest(array['USAGE', 'SELECT', 'UPDATE']) p (privilege)
    where {_OURS} and case c.relkind when 'S' then has_sequence_privilege(r.oid, c.oid, p.privilege) end
    union all
    select r.rolname, 'language', l.lanname, 'USAGE', true
    from roles r, pg_language l where l.lanpltrusted and has_language_privilege(r.oid, l.oid, 'USAGE')
    union all
    select r.rolname, 'database', d.datname, p.privilege, d.datallowconn
    from roles r, pg_database d, unnest(array['CONNECT', 'CREATE', 'TEMPORARY']) p (privilege)
    where has_database_privilege(r.oid, d.oid, p.privilege)
    union all
    select r.rolname, 'membership', other.rolname, 'MEMBER', true
    from roles r join pg_auth_members m on m.member = r.oid join pg_roles other on other.oid = m.roleid
    union all
    select r.rolname, 'attribute', a.name, 'HAS', true
    from pg_roles r join roles on roles.oid = r.oid, lateral (values ('superuser', r.rolsuper),
        ('createdb', r.rolcreatedb), ('createrole', r.rolcreaterole), ('replication', r.rolreplication),
        ('bypassrls', r.rolbypassrls)) a (name, has)
    where a.has
    union all
    select r.rolname, 'large object', l.oid::text, granted.privilege_type, true
    from roles r, pg_largeobject_metadata l,
        aclexplode(coalesce(l.lomacl, acldefault('L', l.lomowner))) granted
    where granted.grantee in (r.oid, 0)
) found
order by 1, 2, 3, 4
"""

_PUBLIC_RIGHTS = f"""
select 'public', kind, name, privilege_type, true from (
    select case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end as kind,
        n.nspname || '.' || c.relname as name, (aclexplode(c.relacl)).*
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_OURS}
    union all
    select 'schema', n.nspname, (aclexplode(n.nspacl)).* from pg_namespace n where {_OURS}
    union all
    select 'function', n.nspname || '.' || f.proname,
        (aclexplode(coalesce(f.proacl, acldefault('f', f.proowner)))).*
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace where {_OURS}
    union all
    select 'language', l.lanname, (aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner)))).*
    from pg_language l where l.lanpltrusted
    union all
    select 'large object', l.oid::text, (aclexplode(coalesce(l.lomacl, acldefault('L', l.lomowner)))).*
    from pg_largeobject_metadata l
    union all
    -- What PUBLIC would have of functions that a role makes tomorrow: PostgreSQL's own default is to call them.
    select 'default of functions', r.rolname,
        (aclexplode(coalesce(d.defaclacl, acldefault('f', r.oid)))).*
    from pg_roles r left join pg_default_acl d
        on d.defaclrole = r.oid and d.defaclobjtype = 'f' and d.defaclnamespace = 0
    where r.rolcanlogin and exists (select from pg_namespace n where has_schema_privilege(r.oid, n.oid, 'CREATE')
        and n.nspname not like 'pg\\_%%')
    union all
    select 'default of ' || d.defaclobjtype::text, r.rolname, (aclexplode(d.defaclacl)).*
    from pg_default_acl d join pg_roles r on r.oid = d.defaclrole
    where d.defaclobjtype <> 'f' or d.defaclnamespace <> 0
    union all
    select 'parameter', p.parname, (aclexplode(p.paracl)).* from pg_parameter_acl p
    union all
    select 'database', d.datname, (aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))).*
    from pg_database d where d.datallowconn
) found
where grantee = 0
order by 2, 3, 4
"""

_THINGS = f"""
select case c.relkind when 'v' then 'view' when 'm' then 'materialised view' when 'S' then 'sequence'
    else 'table' end, n.nspname || '.' || c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and {_OURS}
union all select 'schema', n.nspname from pg_namespace n where {_OURS}
union all select 'function', n.nspname || '.' || f.proname
from pg_proc f join pg_namespace n on n.oid = f.pronamespace where {_OURS}
union all select 'language', lanname from pg_language where lanpltrusted
union all select 'database', datname from pg_database
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


# A view of `published` or `versions` shows a version, never what a version is made of: row-level security is on the
# tables of versions alone. A table or a copy in `published` would be somebody's own.
_ASTRAY = f"""
select distinct c.oid::regclass::text, 'a view over ' || below.oid::regclass::text || ', which is no version'
from pg_class c
join pg_rewrite rewrite on rewrite.ev_class = c.oid
join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = rewrite.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
join pg_class below on below.oid = d.refobjid
join pg_namespace n on n.oid = below.relnamespace
where c.relkind = 'v' and c.relnamespace in (to_regnamespace('published'), to_regnamespace('versions'))
    and {_OURS} and n.nspname not in ('published', 'versions')
    and not (c.relnamespace = to_regnamespace('published') and c.relname = any(%(platform)s))
union all
select c.oid::regclass::text, 'a table or a copy where only views belong'
from pg_class c where c.relnamespace = to_regnamespace('published') and c.relkind in ('r', 'p', 'm', 'f')
"""


def rights(connection: psycopg.Connection, roles: list[str]) -> list[Right]:
    """Return every right of ``roles`` on relations, schemas, functions, databases ('public': PUBLIC)."""
    found = [Right(*row) for row in connection.execute(_ROLE_RIGHTS, {"roles": roles}).fetchall()]
    if "public" in roles:
        found += [Right(*row) for row in connection.execute(_PUBLIC_RIGHTS.replace("%%", "%").encode()).fetchall()]
    return found


def exposed_relations(connection: psycopg.Connection, platform: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return (relation, reason) for each that would show a council's rows to somebody else.

    ``platform``: the views of ``published`` that are no mart.
    """
    rows = connection.execute(_EXPOSED.encode()).fetchall()
    rows += connection.execute(_ASTRAY.encode(), {"platform": list(platform)}).fetchall()
    return [(relation, reason) for relation, reason in rows if reason is not None]


def things(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Return (kind, name) of everything of ours that a right can be on."""
    return [(kind, name) for kind, name in connection.execute(_THINGS.replace("%%", "%").encode()).fetchall()]


def own_tables(connection: psycopg.Connection) -> set[str]:
    """Return the names of the marts that carry our row-level policy."""
    rows = connection.execute(
        "select c.relname from pg_policy p join pg_class c on c.oid = p.polrelid"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where p.polname = 'council_reads_its_own_current_rows' and c.relkind = 'p'"
    ).fetchall()
    return {name for (name,) in rows}
