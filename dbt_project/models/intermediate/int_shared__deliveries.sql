-- What had come in by each month end, as stg_returns__deliveries has it for tonight. The council's id says as at which
-- month end ("durham 2026-08-31"): all that is counted by council is then counted by month end too.
-- A month is over, and not before it is anything shared, once a delivery describes its last day or a day after it.
{{ config(materialized='ephemeral') }}
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

)

select
    *,
    row_number() over (
        partition by council_id, return_id
        order by collection_year desc nulls last, as_of_date desc, delivery_id desc
    ) = 1 as is_newest
from of_each_year
