-- Each council's true figures as at month ends: what the shared ones are made of, and never published itself. Kept by
-- month end: one is counted again only where a delivery that it is made from came, went or was judged again.
-- depends_on: {{ ref('int_shared__deliveries') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_month_ends(this) }}",
    post_hook="analyze {{ this }}",
) }}
with measured as (

    select * from {{ ref('int_shared__care') }}
    union all
    select * from {{ ref('int_shared__need') }}
    union all
    select * from {{ ref('int_shared__workforce') }}
    union all
    select * from {{ ref('int_shared__reviews') }}
    union all
    select * from {{ ref('int_shared__carers') }}

),

windows as (

    select
        council_id,
        return_id,
        period_type,
        as_of_date,
        starts_on,
        is_held,
        bool_or(is_synthetic) as is_synthetic,
        split_part(council_id, ' ', 1) as sender,
        split_part(council_id, ' ', 2)::date as month_end
    from {{ ref('int_shared__windows') }}
    group by council_id, return_id, period_type, as_of_date, starts_on, is_held

)

select
    senders.council_code,
    windows.return_id,
    windows.period_type,
    windows.month_end,
    windows.as_of_date,
    windows.starts_on,
    windows.is_held,
    windows.is_synthetic,
    measured.measure,
    measured.amount,
    windows.council_id as month_end_of,
    made.made_from
from windows
inner join (select distinct council_id, return_id, made_from from {{ ref('int_shared__pending') }}) as made
    on windows.council_id = made.council_id
    and windows.return_id = made.return_id
inner join {{ ref('delivering_councils') }} as senders
    on windows.sender = senders.council_id
-- A row without a measure says that the return came and nothing could be counted in it.
left join measured
    on windows.council_id = measured.council_id
    and windows.return_id = measured.return_id
    and windows.period_type = measured.period_type
    and windows.as_of_date = measured.as_of_date
-- A year that is corrected after its end was shared at its end, and stays.
where date_trunc('month', windows.as_of_date) = date_trunc('month', windows.month_end)
