-- The times that a council's deliveries speak for: the day itself, the year up to it, and the twelve months up to it.
-- A delivery of a collection year speaks for that year alone, so twelve months in mid-year have a piece of two of them.
{{ config(materialized='ephemeral') }}
with years as (

    select
        delivery_id,
        council_id,
        return_id,
        as_of_date,
        is_synthetic,
        verdict = 'partly_accepted' as has_rows_outside,
        received_at::date as received_on,
        is_newest,
        -- The standard data set is no return of one year: it holds many. Its year is that of the looked-after return.
        return_id = 'ssd' as is_of_any_year,
        case
            when return_id = 'csww' then make_date(collection_year - 1, 10, 1)
            when return_id <> 'ssd' then make_date(collection_year - 1, 4, 1)
            when extract(month from as_of_date) >= 4 then make_date(extract(year from as_of_date)::int, 4, 1)
            else make_date(extract(year from as_of_date)::int - 1, 4, 1)
        end as year_begins
    from {{ ref('stg_returns__deliveries') }}
    where return_id in ('ssda903', 'cin_census', 'csww') or (return_id = 'ssd' and is_newest)

),

-- A year that was corrected after its end still describes its last day.
ended as (

    select
        delivery_id,
        council_id,
        return_id,
        is_synthetic,
        has_rows_outside,
        received_on,
        is_of_any_year,
        year_begins,
        (year_begins + interval '1 year - 1 day')::date as year_ends,
        least(as_of_date, (year_begins + interval '1 year - 1 day')::date) as as_of_date
    from years
    where as_of_date >= year_begins

),

speaking as (

    select
        *,
        (as_of_date - interval '1 year' + interval '1 day')::date as twelve_months_begin
    from ended

),

pieces as (

    select
        council_id,
        return_id,
        'snapshot' as period_type,
        as_of_date,
        is_synthetic,
        has_rows_outside,
        received_on,
        delivery_id,
        as_of_date as starts_on,
        as_of_date as from_date,
        as_of_date as to_date
    from speaking
    union all
    select
        council_id,
        return_id,
        'year_to_date' as period_type,
        as_of_date,
        is_synthetic,
        has_rows_outside,
        received_on,
        delivery_id,
        year_begins as starts_on,
        year_begins as from_date,
        as_of_date as to_date
    from speaking
    union all
    select
        newest.council_id,
        newest.return_id,
        'rolling_12_months' as period_type,
        newest.as_of_date,
        newest.is_synthetic or held.is_synthetic as is_synthetic,
        held.has_rows_outside,
        held.received_on,
        held.delivery_id,
        newest.twelve_months_begin as starts_on,
        case
            when held.is_of_any_year then newest.twelve_months_begin
            else greatest(held.year_begins, newest.twelve_months_begin)
        end as from_date,
        held.as_of_date as to_date
    from speaking as newest
    inner join speaking as held
        on newest.council_id = held.council_id
        and newest.return_id = held.return_id
        and (
            newest.delivery_id = held.delivery_id
            or (held.year_ends = newest.year_begins - 1 and newest.year_begins > newest.twelve_months_begin)
        )

)

select
    *,
    -- The pieces never overlap, so as many days as the whole has are the whole.
    sum(to_date - from_date + 1) over window_of = as_of_date - starts_on + 1 as is_held,
    count(*) over window_of = 1 as is_of_one_delivery,
    count(*) over window_of = 1 and as_of_date = (starts_on + interval '1 year - 1 day')::date as is_whole_year
from pieces
window window_of as (partition by council_id, return_id, period_type, as_of_date)
