-- Every child who is to be visited, and by when: so many days after it was last seen, or after the plan or care began.
with open_cases as (

    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cin_visit' as what,
        {{ last_day_told('start_date') }} as began
    from {{ ref('stg_ssd__cin_plans') }}
    where end_date is null
    union all
    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cp_visit' as what,
        {{ last_day_told('start_date') }} as began
    from {{ ref('stg_ssd__cp_plans') }}
    where end_date is null
    union all
    select
        in_care.council_id,
        records.delivery_id,
        in_care.child_pseudonym,
        'cla_visit' as what,
        in_care.entered_care_date as began
    from {{ ref('int_practice__in_care') }} as in_care
    inner join {{ ref('int_practice__case_records') }} as records
        on in_care.council_id = records.council_id and records.return_id = 'ssd'

),

visits as (

    select
        council_id,
        child_pseudonym,
        visit_date,
        'cin_visit' as what
    from {{ ref('stg_ssd__cin_visits') }}
    where seen = 'Y' and visit_date <= as_of_date
    union all
    select
        council_id,
        child_pseudonym,
        visit_date,
        'cp_visit' as what
    from {{ ref('stg_ssd__cp_visits') }}
    where seen = 'Y' and visit_date <= as_of_date
    union all
    select
        council_id,
        child_pseudonym,
        visit_date,
        'cla_visit' as what
    from {{ ref('stg_ssd__cla_visits') }}
    where seen = 'Y' and visit_date <= as_of_date

),

last_seen as (

    select
        council_id,
        child_pseudonym,
        what,
        max(visit_date) as seen_on
    from visits
    group by council_id, child_pseudonym, what

),

told as (

    select
        open_cases.*,
        last_seen.seen_on
    from open_cases
    left join last_seen
        on open_cases.council_id = last_seen.council_id
        and open_cases.child_pseudonym = last_seen.child_pseudonym
        and open_cases.what = last_seen.what
    union all
    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cin_visit' as what,
        {{ last_day_told('cin_start') }} as began,
        last_seen as seen_on
    from {{ ref('stg_annex_a__children_in_need') }}
    where cin_end is null and case_status = 'CIN'
    union all
    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cp_visit' as what,
        {{ last_day_told('plan_start') }} as began,
        last_visit as seen_on
    from {{ ref('stg_annex_a__child_protection') }}
    where plan_end is null
    union all
    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cla_visit' as what,
        {{ last_day_told('care_start') }} as began,
        last_visit as seen_on
    from {{ ref('stg_annex_a__children_in_care') }}
    where care_end is null and coalesce(legal_status, '') not in ('V3', 'V4')

)

select
    told.council_id,
    told.delivery_id,
    told.what,
    told.child_pseudonym,
    greatest(told.began, told.seen_on) + kinds.every_days as due_on
from told
inner join {{ ref('practice_due_kinds') }} as kinds
    on told.what = kinds.what
