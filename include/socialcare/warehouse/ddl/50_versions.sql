-- Published by pointer: each version is a partition of each mart; versions.current says which one is read.
create table if not exists versions.version (
    version_id bigint generated always as identity primary key,
    build_key text not null,
    state text not null check (state in ('building', 'audited', 'published', 'withdrawn', 'failed')),
    data_mode text not null,
    night_id text,
    built_at timestamptz not null default now(),
    attached_at timestamptz,
    audited_at timestamptz,
    published_at timestamptz,
    dropped_at timestamptz,
    checksum text,
    shared_checksum text,
    rows jsonb,
    shape jsonb,
    checks_passed integer,
    checks_warned integer
);
comment on column versions.version.checksum is 'sha256 over every figure, councils'' own included: for the platform only, since a small count could be found by trying.';
comment on column versions.version.shared_checksum is 'sha256 over the figures that everybody may read.';
comment on table versions.version is 'One row per build. dropped_at: when its rows were removed; until then it can be restored.';
comment on column versions.version.shape is 'The marts of this version: columns, types, descriptions, grain, who may read.';
create index if not exists version_by_build on versions.version (build_key);

create table if not exists versions.current (
    only_row boolean primary key default true check (only_row),
    version_id bigint not null references versions.version
);
comment on table versions.current is 'The pointer: one row, the version that everybody reads.';

create table if not exists versions.history (
    move_id bigint generated always as identity primary key,
    moved_at timestamptz not null default clock_timestamp(),
    from_version bigint,
    to_version bigint not null,
    why text not null
);
comment on table versions.history is 'Every move of the pointer, and why.';

create table if not exists versions.council_roles (
    role_name name primary key,
    council_id text not null unique,
    ons_code text not null unique,
    council_name text not null
);
comment on table versions.council_roles is 'Which council a database role may see the rows of. Filled from the registry.';

create table if not exists versions.subjects (
    subject_id text primary key,
    kind text not null check (kind in ('source', 'council')),
    title text not null
);
comment on table versions.subjects is 'The sources and councils that a night looks at. Filled from the registry.';

create table if not exists versions.views (
    mart text primary key,
    definition text not null,
    made_at timestamptz not null default now()
);
comment on table versions.views is 'How each view of published was last defined, so that an unchanged one is left alone.';

-- Who is reading: a number, so that the publisher need not see what anybody asks.
create or replace function versions.statements_started_before(moment timestamptz) returns bigint
language sql security definer set search_path = pg_catalog as $$
    select count(*) from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      and state = 'active' and query_start < moment
$$;
create or replace function versions.transactions_started_before(moment timestamptz) returns bigint
language sql security definer set search_path = pg_catalog as $$
    select count(*) from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      and xact_start < moment
$$;
revoke all on function versions.statements_started_before, versions.transactions_started_before from public;
grant execute on function versions.statements_started_before, versions.transactions_started_before to publisher;

do $$
declare
    found record;
begin
    for found in
        select relname from pg_class join pg_namespace n on n.oid = relnamespace
        where n.nspname = 'versions' and relowner <> 'publisher'::regrole  -- changing it locks readers out
          and relname in ('version', 'current', 'history', 'council_roles', 'subjects', 'views')
    loop
        execute format('alter table versions.%I owner to publisher', found.relname);
    end loop;
    for found in select rolname from pg_roles where rolname like 'council\_%' and rolcanlogin loop
        execute format('alter role %I set default_transaction_read_only = on', found.rolname);
        execute format('alter role %I set statement_timeout = ''60s''', found.rolname);
        execute format('alter role %I set search_path = published', found.rolname);
    end loop;
end
$$;

-- PUBLIC has nothing: functions are the one thing that PostgreSQL opens to everybody by itself.
alter default privileges for role loader revoke execute on functions from public;
alter default privileges for role transformer revoke execute on functions from public;
alter default privileges for role publisher revoke execute on functions from public;
revoke execute on all functions in schema raw, door, reference, staging, intermediate, marts, quality, versions, published, ops from public;

-- Tables that the administrator made do not get the loader's default privileges.
grant select on all tables in schema raw to transformer, publisher;
