-- What each night did. Words and counts only: never a value that could identify anyone.
grant usage on schema ops to loader, transformer, publisher;

create table if not exists ops.nights (
    night_id text primary key,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    exit_code integer check (exit_code between 0 and 3)
);
comment on table ops.nights is 'One row per night: when it ran and how it ended (0 clean, 1 nothing published, 2 published with a fault, 3 held).';

create table if not exists ops.outcomes (
    night_id text not null,
    step text not null,
    subject text not null,
    outcome text not null,
    detail text not null default '',
    remedy text not null default '',
    rows_loaded bigint,
    rows_quarantined bigint,
    seconds numeric,
    finished_at timestamptz not null default now(),
    primary key (night_id, step, subject)
);
comment on table ops.outcomes is 'One row per step and subject of a night: landed, unchanged, failed and the like, with what to do.';
grant select, insert, update on ops.nights, ops.outcomes to loader, transformer, publisher;
grant delete on ops.nights, ops.outcomes to loader;  -- retention only

create table if not exists ops.schema_applied (
    only_row boolean primary key default true check (only_row),
    sha256 text not null,
    applied_at timestamptz not null default now()
);
comment on table ops.schema_applied is 'Which text of the schema files this database has: unchanged files are not run again.';
