-- What is said beside a version, computed when read: none of it is part of the version or of its checksum.
-- A view is only made again when its text has changed: making it waits for every open reader.
do $do$
declare
    wanted text;
begin
    -- about
    wanted := $view$
create or replace view published.about as
with night as (
    select night_id, ended_at, exit_code from ops.nights
    where ended_at is not null order by ended_at desc limit 1
), good as (
    select max(ended_at) as ended_at from ops.nights where exit_code in (0, 2)
), moved as (
    select max(moved_at) as moved_at from versions.history
), told as (
    select v.*, now() - v.built_at as age, case
        when night.exit_code in (1, 3) and night.ended_at > moved.moved_at
            then 'the last night (' || night.night_id || ') ended '
                || case night.exit_code when 1 then 'without publishing' else 'held for a person' end
        when now() - greatest(moved.moved_at, good.ended_at) > interval '36 hours'
            then 'no night has confirmed it for more than 36 hours'
        end as stale_because
    from versions.current c join versions.version v using (version_id)
    cross join moved cross join good left join night on true
)
select version_id, built_at, published_at, age, stale_because is not null as is_stale, stale_because,
    coalesce(checks_passed, 0) as checks_passed, coalesce(checks_warned, 0) as checks_warned,
    shared_checksum as checksum, data_mode, build_key,
    (select jsonb_agg(source || jsonb_build_object('age_days', current_date - (source ->> 'on')::date) order by n)
     from jsonb_array_elements(sources) with ordinality as each (source, n)) as sources
from told;
alter view published.about owner to publisher;
comment on view published.about is 'One row: the version that you read, how old it is, and whether it is stale and why.';
comment on column published.about.age is 'Time since the version was built, when read.';
comment on column published.about.is_stale is 'True when the newest night published nothing, or none has confirmed the version for 36 hours.';
comment on column published.about.checks_warned is 'Checks that failed without being critical, in the night that audited the version.';
comment on column published.about.checksum is 'sha256 over every figure that all readers share: equal figures, equal checksum. Councils'' own live figures are not in it.';
comment on column published.about.sources is 'What the version was built from: source or council, release or delivery, the day it landed or describes, its age in days when read, and whether it was the last good one.';
comment on column published.about.data_mode is 'sample: the bundled figures; mirror: a local copy; live: the publishers.';
$view$;
    if to_regclass('published.about') is null
        or wanted is distinct from (select definition from versions.views where mart = 'about')
    then
        execute wanted;
        insert into versions.views (mart, definition) values ('about', wanted)
        on conflict (mart) do update set definition = excluded.definition, made_at = now();
    end if;

    -- source_status
    wanted := $view$
create or replace view published.source_status as
with landed as (
    select distinct on (source_id) source_id, release_id, landed_at
    from raw.current_landings order by source_id, published_on desc nulls last, release_id desc, landed_at desc
), delivered as (
    select distinct on (council_id) council_id, return_id, collection_year, as_of_date, received_at, is_synthetic,
        verdict
    from raw.current_deliveries order by council_id, is_synthetic, as_of_date desc, delivery_id desc
), refused as (
    select distinct on (council_id) council_id, reason, received_at
    from raw.deliveries where verdict = 'rejected' order by council_id, received_at desc, delivery_id desc
), last_word as (
    select distinct on (subject) subject, outcome, detail, remedy, finished_at
    from ops.outcomes where step like 'ingest%' order by subject, finished_at desc
)
select s.subject_id as source_id, s.kind, s.title,
    coalesce(l.release_id, d.return_id || '/' || d.collection_year) as newest_release,
    coalesce(l.landed_at, d.received_at) as landed_at,
    coalesce(k.looked_at, w.finished_at) as last_look_at,
    case
        when l.source_id is null and d.council_id is null then 'never_landed'
        when k.outcome = 'landed_in_part' then 'landed_in_part'
        when k.fault <> '' or w.outcome in ('failed', 'rejected', 'kept_last_good')
            or r.received_at > d.received_at then 'kept_last_good'
        else 'ok'
    end as state,
    case
        when k.fault <> '' then concat_ws(' ', nullif(k.detail, ''), nullif(k.remedy, ''))
        when w.outcome in ('failed', 'rejected', 'kept_last_good')
            then concat_ws(' ', nullif(w.detail, ''), nullif(w.remedy, ''))
        when r.received_at > d.received_at or d.council_id is null then coalesce(r.reason, '')
        when d.verdict = 'partly_accepted' then 'Some rows of this delivery were set aside; the receipt says which.'
        else ''
    end as message,
    d.as_of_date, current_date - d.as_of_date as extract_age_days, d.is_synthetic
from versions.subjects s
left join landed l on s.kind = 'source' and l.source_id = s.subject_id
left join raw.looks k on s.kind = 'source' and k.source_id = s.subject_id
left join delivered d on s.kind = 'council' and d.council_id = s.subject_id
left join refused r on s.kind = 'council' and r.council_id = s.subject_id
left join last_word w on w.subject = s.subject_id;
alter view published.source_status owner to publisher;
comment on view published.source_status is 'One row per source and council: the newest release or delivery held, and whether it is the last good one.';
comment on column published.source_status.state is 'ok; landed_in_part: tables that feed no comparison were left out; kept_last_good: the newest attempt failed; never_landed: nothing of it is held.';
comment on column published.source_status.is_synthetic is 'For councils: true when the delivery was generated by the platform itself.';
$view$;
    if to_regclass('published.source_status') is null
        or wanted is distinct from (select definition from versions.views where mart = 'source_status')
    then
        execute wanted;
        insert into versions.views (mart, definition) values ('source_status', wanted)
        on conflict (mart) do update set definition = excluded.definition, made_at = now();
    end if;
end
$do$;
