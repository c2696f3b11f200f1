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

create table if not exists ops.source_watch (
    watch_id bigint generated always as identity primary key,
    source_id text not null,
    condition text not null check (condition in ('late', 'moved', 'vanished', 'failing', 'quiet')),
    since timestamptz not null,
    detail text not null,
    remedy text not null,
    noticed_at timestamptz not null default now(),
    told_at timestamptz,
    cleared_at timestamptz,
    end_told_at timestamptz
);
create unique index if not exists source_watch_open on ops.source_watch (source_id, condition) where cleared_at is null;
comment on table ops.source_watch is 'One row per time that a source was late, moved, vanished, failing or quiet: since when, what to do, when somebody was told, when it was over.';
comment on column ops.source_watch.told_at is 'When its one notice was sent; null while it is still to be sent.';
comment on column ops.source_watch.end_told_at is 'When the notice was sent that it is over.';
grant select, insert, update on ops.source_watch to loader;
grant select on ops.source_watch to publisher;
