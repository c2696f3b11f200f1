-- What history needs to know of deliveries, and what it keeps of its own work (socialcare.warehouse.history).
set role loader;

-- Judging a delivery again writes its row anew (xmin); a key's rotation rewrites the tokens of all that came before.
create or replace view raw.delivery_readings as
select
    d.delivery_id,
    concat_ws('.', d.xmin, (
        select string_agg(k.key_name || '-' || k.number, ' ' order by k.key_name, k.number)
        from door.key_rotations k where k.key_name in ('region-staff', 'council-' || d.council_id)
    )) as reading
from raw.deliveries d;
comment on view raw.delivery_readings is 'A sign of the rows of each delivery as they stand in raw: another one once they were judged again or a key was rotated.';
comment on column raw.delivery_readings.delivery_id is 'Number of the delivery.';
comment on column raw.delivery_readings.reading is 'The sign.';

create or replace view raw.delivered_tables as
select
    delivery_id, table_name,
    sum(rows_loaded)::bigint as rows_loaded, sum(rows_quarantined)::bigint as rows_quarantined
from door.files
where verdict in ('accepted', 'partly_accepted') or (verdict = 'rejected' and rows_in > 0)
group by delivery_id, table_name;
comment on view raw.delivered_tables is 'The tables that each delivery held, with their counts: one that it did not hold says nothing of its rows.';
comment on column raw.delivered_tables.delivery_id is 'Number of the delivery.';
comment on column raw.delivered_tables.table_name is 'Table of the return.';
comment on column raw.delivered_tables.rows_loaded is 'Rows that came in.';
comment on column raw.delivered_tables.rows_quarantined is 'Rows that wait outside.';

create or replace view raw.waiting_subjects as
select delivery_id, table_name, subject_token, count(distinct line) as rows_waiting
from door.findings
where severity = 'quarantine'
group by delivery_id, table_name, subject_token;
comment on view raw.waiting_subjects is 'Whose rows wait outside: keyed numbers, no value. The history of a child does not end because a row of it waits.';
comment on column raw.waiting_subjects.delivery_id is 'Number of the delivery.';
comment on column raw.waiting_subjects.table_name is 'Table of the return.';
comment on column raw.waiting_subjects.subject_token is 'Keyed number of the child or worker; empty when it is not known whose rows they are, 0 for somebody of whom no row came in.';
comment on column raw.waiting_subjects.rows_waiting is 'How many rows wait.';
grant select on raw.delivery_readings to transformer, publisher;
grant select on raw.delivered_tables, raw.waiting_subjects to transformer;

reset role;
set role transformer;

create table if not exists intermediate.int_history__deliveries (
    delivery_id bigint primary key,
    return_id text not null,
    council_id text not null,
    is_synthetic boolean not null,
    collection_year integer,
    as_of_date date not null,
    reading text not null,
    shape text not null
);
comment on table intermediate.int_history__deliveries is 'The deliveries that the histories hold, in the order of the days that they describe.';
comment on column intermediate.int_history__deliveries.delivery_id is 'Number of the delivery.';
comment on column intermediate.int_history__deliveries.return_id is 'Which return it is.';
comment on column intermediate.int_history__deliveries.council_id is 'Who sent it.';
comment on column intermediate.int_history__deliveries.is_synthetic is 'True when it is marked SYNTHETIC.';
comment on column intermediate.int_history__deliveries.collection_year is 'The collection year of the return; empty where years are not told apart.';
comment on column intermediate.int_history__deliveries.as_of_date is 'The day that it describes.';
comment on column intermediate.int_history__deliveries.reading is 'As raw.delivery_readings said when its rows were read.';
comment on column intermediate.int_history__deliveries.shape is 'A sign of how the return''s records were known again.';

create table if not exists intermediate.int_history__changes (
    delivery_id bigint not null references intermediate.int_history__deliveries on delete cascade,
    table_name text not null,
    change text not null,
    row_count bigint not null,
    primary key (delivery_id, table_name, change)
);
comment on table intermediate.int_history__changes is 'How many rows each delivery left as they were and changed, by table and kind of change.';
comment on column intermediate.int_history__changes.delivery_id is 'Number of the delivery.';
comment on column intermediate.int_history__changes.table_name is 'Table of the return.';
comment on column intermediate.int_history__changes.change is 'told (rows in the delivery), first, new, late, returned, ended, corrected, deleted, or no longer told: quarantined, too_old.';
comment on column intermediate.int_history__changes.row_count is 'How many.';

reset role;
