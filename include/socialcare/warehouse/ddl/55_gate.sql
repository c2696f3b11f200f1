-- The gate before publishing: what would change, what was held for a person, and what that person answered.
do $$
begin
    if not exists (
        select from pg_constraint where conrelid = 'versions.version'::regclass and conname = 'version_state_check'
            and pg_get_constraintdef(oid) like '%superseded%'
    ) then
        alter table versions.version drop constraint if exists version_state_check;
        alter table versions.version add constraint version_state_check check (
            state in ('building', 'audited', 'held', 'published', 'withdrawn', 'declined', 'superseded', 'failed')
        );
    end if;
    if not exists (
        select from pg_attribute where attrelid = 'versions.version'::regclass and attname = 'sources'
    ) then
        alter table versions.version add column sources jsonb;
    end if;
end
$$;
comment on column versions.version.sources is 'The releases and deliveries that this version was built from, as they stood then.';

create table if not exists versions.holds (
    version_id bigint primary key references versions.version,
    against_version bigint not null,
    current_version bigint,
    night_id text not null,
    held_at timestamptz not null default clock_timestamp(),
    deadline timestamptz not null,
    findings jsonb not null,
    decision text check (decision in ('approved', 'declined', 'superseded')),
    decided_at timestamptz,
    decided_by text,
    reason text,
    via text check (via in ('command', 'airflow', 'night')),
    constraint a_decision_says_who_and_why check (
        decision is null or decision = 'superseded'
        or (coalesce(length(btrim(reason)), 0) >= 10 and coalesce(length(btrim(decided_by)), 0) >= 2)
    )
);
comment on table versions.holds is 'One row per version that waited for a person: what was held, until when, who decided what, when and why. Without an answer it is not published.';
comment on column versions.holds.current_version is 'What people read when it was held: if they read another since, it is too late to approve.';
comment on column versions.holds.findings is 'Each rule that held it, with indicator, number of councils and words; values of shared figures only.';

create table if not exists versions.true_counts (
    council_code text not null,
    measure text not null,
    period_type text not null,
    month_end date not null,
    since_version bigint not null references versions.version,
    amount numeric not null,
    primary key (council_code, measure, period_type, month_end, since_version)
);
comment on table versions.true_counts is 'For the attack on what is shared, and for nobody else: what each shared or hidden count truly was, from the version on in which it was something else. Never published.';

create table if not exists quality.release_diff (
    version_id bigint not null,
    against_version bigint not null,
    mart text not null,
    access text not null check (access in ('shared', 'own')),
    indicator_id text not null,
    council_code text not null,
    council_name text,
    change text not null check (change in ('added', 'removed', 'changed', 'restated', 'hidden', 'shown')),
    figures bigint not null,
    period text,
    value_before numeric,
    value_after numeric,
    release_before text,
    release_after text,
    compared_at timestamptz not null default now(),
    primary key (version_id, mart, indicator_id, council_code, change),
    constraint own_values_stay_at_home check (
        access = 'shared' or (period is null and value_before is null and value_after is null)
    )
);
comment on table quality.release_diff is 'One row per version, mart, indicator, council and kind of change: how many figures, and the largest change of a shared one. Of councils'' own figures the number alone.';

create or replace view quality.trend as
select night_id, min(ran_at) as ran_at, layer,
    count(*) filter (where outcome = 'passed') as passed,
    count(*) filter (where outcome <> 'passed' and severity <> 'critical') as warned,
    count(*) filter (where outcome = 'failed' and severity = 'critical') as failed,
    count(*) filter (where outcome = 'error') as errors
from quality.results group by night_id, layer;
comment on view quality.trend is 'One row per night and layer: checks passed, warned, failed (critical), and those that could not be evaluated.';

do $$
declare
    found record;
begin
    for found in
        select n.nspname, relname, relkind from pg_class c join pg_namespace n on n.oid = relnamespace
        where (n.nspname, relname) in (
            ('versions', 'holds'), ('versions', 'true_counts'), ('quality', 'release_diff'), ('quality', 'trend')
        )
          and relowner <> 'publisher'::regrole
    loop
        execute format('alter table %I.%I owner to publisher', found.nspname, found.relname);
    end loop;
end
$$;
grant select on quality.release_diff, quality.trend to loader, transformer;
