-- What publishers released. The tables raw.<source>__<table> are made from the sources' declarations when a
-- source is first looked at (socialcare.land.tables).
create table if not exists raw.landings (
    landing_id bigint generated always as identity primary key,
    source_id text not null,
    table_name text not null,
    release_id text not null,
    release text not null,
    published_on date,
    edition text not null default '',
    publication_title text not null,
    file_name text not null,
    file_sha256 text not null check (file_sha256 ~ '^[0-9a-f]{64}$'),
    file_bytes bigint not null,
    rows_loaded bigint not null check (rows_loaded > 0),
    landed_at timestamptz not null default now(),
    is_sample boolean not null default false,
    counts boolean not null default true,
    current_since timestamptz not null default now()
);
alter table raw.landings add column if not exists rows_blank bigint not null default 0;
alter table raw.landings add column if not exists rows_notes bigint not null default 0;
alter table raw.landings add column if not exists declaration text not null default '';
alter table raw.landings add column if not exists reading text not null default '';
-- The same file lands once for each way of reading it: again, when its declaration gained a column that it has.
alter table raw.landings drop constraint if exists landings_source_id_table_name_release_id_file_sha256_key;
create unique index if not exists landings_once
on raw.landings (source_id, table_name, release_id, file_sha256, reading);
alter table raw.landings owner to loader;
comment on table raw.landings is 'One row per table of a release loaded from one file. Rows are added, never removed; only counts and current_since change.';
comment on column raw.landings.current_since is 'When this file last became the one the publisher offers: later than landed_at where a correction was withdrawn.';

comment on column raw.landings.is_sample is 'From the bundled sample: a part of what was published, never mixed with the whole.';
comment on column raw.landings.counts is 'False while the platform reads its sources elsewhere (the sample, or another form of the same table), or once the file was read again.';
comment on column raw.landings.rows_blank is 'Rows of the file that hold nothing: counted, not loaded.';
comment on column raw.landings.rows_notes is 'Rows under the header that are notes, without the value that every row of data has: counted, not loaded.';
comment on column raw.landings.declaration is 'A sign of the table''s declaration when the file was last read; another one now, and it is read again.';
comment on column raw.landings.reading is 'A sign of the rows that were read: the same where another way of reading finds the same.';

create or replace view raw.current_landings as
select distinct on (source_id, table_name, release_id)
    landing_id, source_id, table_name, release_id, release, published_on, edition, publication_title,
    file_name, file_sha256, file_bytes, rows_loaded, landed_at, current_since, is_sample,
    rows_blank, rows_notes, declaration, reading
from raw.landings
where counts
order by source_id, table_name, release_id, current_since desc, landing_id desc;
alter view raw.current_landings owner to loader;
comment on view raw.current_landings is 'The landing that counts for each table of each release: the file the publisher offers now.';

create table if not exists raw.drifts (
    landing_id bigint not null references raw.landings,
    kind text not null,
    detail text not null
);
alter table raw.drifts owner to loader;
create index if not exists drifts_landing on raw.drifts (landing_id);
comment on table raw.drifts is 'Harmless differences of a landed file from its declaration: columns in another order, columns it may lack.';

create table if not exists raw.looks (
    source_id text primary key,
    looked_at timestamptz not null default now(),
    outcome text not null,
    fault text not null default '',
    detail text not null default '',
    remedy text not null default '',
    validators jsonb not null default '{}'
);
alter table raw.looks owner to loader;
alter table raw.looks add column if not exists moved jsonb not null default '{}';
alter table raw.looks add column if not exists newest_release text not null default '';
alter table raw.looks add column if not exists changed_at timestamptz;
comment on column raw.looks.moved is 'Addresses that the publisher answered with a new one for good (301, 308): old address -> new.';
comment on column raw.looks.newest_release is 'The newest release that counts.';
comment on column raw.looks.changed_at is 'When a look last landed something.';
comment on table raw.looks is 'The last look at each source: landed, unchanged, landed_in_part (without tables that feed no comparison), kept_last_good (failed, earlier releases stand) or failed.';
grant select on raw.landings, raw.current_landings, raw.drifts, raw.looks to transformer, publisher;
