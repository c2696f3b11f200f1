-- What had come in by each month end, as stg_returns__deliveries has it for tonight. The council's id says as at which
-- month end ("durham 2026-08-31"): all that is counted by council is then counted by month end too.
-- A month is over, and not before it is anything shared, once a delivery describes its last day or a day after it.
-- `is_pending`: its month end is to be counted in this build, since what it is made from is not what was counted. What was
-- counted before is looked up by name, as a reference would run in a circle.
{{ config(materialized='table') }}

{%- set counted = load_relation(this.incorporate(path={'identifier': 'int_shared__counted'})) if execute %}
{%- set held = counted if counted and not flags.FULL_REFRESH %}

with of_one_kind as (

    select
        *,
        bool_and(is_synthetic) over (partition by council_id, return_id) as only_synthetic,
        -- A delivery made after its year's end speaks for the year's last day; the standard data set has no year.
        case
            when return_id = 'csww' then least(as_of_date, make_date(collection_year, 9, 30))
            when return_id <> 'ssd' then least(as_of_date, make_date(collection_year, 3, 31))
            else as_of_date
        end as speaks_for
    from {{ source('returns', 'deliveries') }}
    where verdict <> 'rejected'

),

held as (

    select
        *,
        (date_trunc('month', speaks_for) + interval '1 month - 1 day')::date as month_end,
        max(as_of_date) over (partition by council_id, return_id) as newest_day
    from of_one_kind
    where is_synthetic = only_synthetic

),

month_ends as (

    select
        council_id,
        return_id,
        month_end,
        max(collection_year) as newest_year
    from held
    where month_end <= newest_day
    group by council_id, return_id, month_end

),

of_each_year as (

    select distinct on (month_ends.council_id, month_ends.return_id, month_ends.month_end, held.collection_year)
        month_ends.council_id || ' ' || month_ends.month_end as council_id,
        month_ends.return_id,
        held.delivery_id,
        held.collection_year,
        held.as_of_date,
        held.is_synthetic,
        held.verdict,
        held.received_at
    from month_ends
    inner join held
        on month_ends.council_id = held.council_id
        and month_ends.return_id = held.return_id
        and month_ends.month_end >= held.speaks_for
        -- Twelve months reach into the year before, and no further.
        and coalesce(held.collection_year >= month_ends.newest_year - 1, true)
    order by
        month_ends.council_id asc,
        month_ends.return_id asc,
        month_ends.month_end asc,
        held.collection_year asc,
        -- What was made after the month end stands in only where nothing was made before it: a correction shows later.
        held.as_of_date > month_ends.month_end,
        held.as_of_date desc,
        held.delivery_id desc

),

made as (

    select
        of_each_year.council_id,
        of_each_year.return_id,
        string_agg(of_each_year.delivery_id || ':' || readings.reading, ' ' order by of_each_year.delivery_id) as made_from
    from of_each_year
    inner join {{ source('readings', 'delivery_readings') }} as readings
        on of_each_year.delivery_id = readings.delivery_id
    group by of_each_year.council_id, of_each_year.return_id

)

select
    of_each_year.*,
    row_number() over (
        partition by of_each_year.council_id, of_each_year.return_id
        order by of_each_year.collection_year desc nulls last, of_each_year.as_of_date desc, of_each_year.delivery_id desc
    ) = 1 as is_newest,
    made.made_from,
    {% if held -%}
    not exists (
        select 1
        from {{ held }} as counted
        where counted.month_end_of = of_each_year.council_id
            and counted.return_id = of_each_year.return_id
            and counted.made_from = made.made_from
    ) as is_pending
    {%- else -%}
    true as is_pending
    {%- endif %}
from of_each_year
inner join made
    on of_each_year.council_id = made.council_id
    and of_each_year.return_id = made.return_id
