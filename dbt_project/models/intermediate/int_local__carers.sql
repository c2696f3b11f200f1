-- Children under 16 who have been looked after for two and a half years, and those of them who have been with the same
-- carer for two. The standard data set says it: the looked-after return tells the placements of one year alone.
{{ config(materialized='ephemeral') }}
with in_care as (

    select distinct on (windows.council_id, windows.as_of_date, sent.child_pseudonym)
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        sent.delivery_id,
        sent.child_pseudonym,
        sent.placement_pseudonym,
        sent.entered_care_date
    from {{ ref('int_local__windows') }} as windows
    inner join {{ ref('stg_ssd__cla_episodes') }} as sent
        on windows.delivery_id = sent.delivery_id
    where windows.return_id = 'ssd'
        and windows.period_type = 'snapshot'
        and windows.is_held
        and sent.start_date <= windows.as_of_date
        and coalesce(sent.ceased_date > windows.as_of_date, true)
        -- Short breaks (V3, V4) are left out, as in DfE's figures.
        and not exists (
            select 1
            from {{ ref('stg_ssd__legal_status') }} as status
            where status.delivery_id = sent.delivery_id
                and status.child_pseudonym = sent.child_pseudonym
                and status.legal_status in ('V3', 'V4')
                and status.start_date <= windows.as_of_date
                and coalesce(status.end_date > windows.as_of_date, true)
        )
    order by windows.council_id, windows.as_of_date, sent.child_pseudonym, sent.start_date desc

),

counted as (

    select
        in_care.council_id,
        in_care.period_type,
        in_care.as_of_date,
        count(*) as long_term,
        count(*) filter (where placements.start_date + interval '24 months' <= in_care.as_of_date) as stable
    from in_care
    inner join {{ ref('stg_ssd__person') }} as people
        on in_care.delivery_id = people.delivery_id
        and in_care.child_pseudonym = people.child_pseudonym
    left join {{ ref('stg_ssd__cla_placement') }} as placements
        on in_care.delivery_id = placements.delivery_id
        and in_care.placement_pseudonym = placements.placement_pseudonym
    where in_care.entered_care_date + interval '30 months' <= in_care.as_of_date
        and people.birth_month + interval '16 years' > in_care.as_of_date
    group by in_care.council_id, in_care.period_type, in_care.as_of_date

)

select
    counted.council_id,
    'ssd' as return_id,
    counted.period_type,
    counted.as_of_date,
    said.measure,
    said.amount
from counted
cross join lateral (
    values ('cla_long_term', counted.long_term::numeric), ('cla_long_stable', counted.stable)
) as said (measure, amount)
