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
    current_since timestamptz not null default now(),
    unique (source_id, table_name, release_id, file_sha256)
);
alter table raw.landings owner to loader;
comment on table raw.landings is 'One row per table of a release loaded from one file. Rows are added, never removed; only counts and current_since change.';
comment on column raw.landings.current_since is 'When this file last became the one the publisher offers: later than landed_at where a correction was withdrawn.';

comment on column raw.landings.is_sample is 'From the bundled sample: a part of what was published, never mixed with the whole.';
comment on column raw.landings.counts is 'False while the platform reads its sources elsewhere (the sample, or another form of the same table).';

create or replace view raw.current_landings as
select distinct on (source_id, table_name, release_id)
    landing_id, source_id, table_name, release_id, release, published_on, edition, publication_title,
    file_name, file_sha256, file_bytes, rows_loaded, landed_at, current_since, is_sample
from raw.landings
where counts
order by source_id, table_name, release_id, current_since desc, landing_id desc;
alter view raw.current_landings owner to loader;
comment on view raw.current_landings is 'The landing that counts for each table of each release: the file the publisher offers now.';

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
comment on table raw.looks is 'The last look at each source: landed, unchanged, kept_last_good (failed, earlier releases stand) or failed.';
grant select on raw.landings, raw.current_landings, raw.looks to transformer, publisher;
