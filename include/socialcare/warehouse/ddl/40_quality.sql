-- What was checked, and how it came out. Counts and percentages only: never a value.
create table if not exists quality.results (
    result_id bigint generated always as identity primary key,
    night_id text not null,
    suite text not null,
    layer text not null check (layer in ('raw', 'marts')),
    table_name text not null,
    expectation text not null,
    column_name text,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    outcome text not null check (outcome in ('passed', 'failed', 'error')),
    observed numeric,
    unexpected_count bigint,
    unexpected_percent numeric,
    why text not null,
    ran_at timestamptz not null default now()
);
do $$
begin
    if exists (select from pg_class where oid = 'quality.results'::regclass and relowner <> 'publisher'::regrole) then
        alter table quality.results owner to publisher;
    end if;
end
$$;
create index if not exists results_by_night on quality.results (night_id, layer);
comment on table quality.results is 'One row per expectation per night. observed holds a count or a percentage, or nothing.';
grant usage on schema quality to loader, transformer;
grant select on quality.results to loader, transformer;
