-- Plans that were due a review by the day, and those of which every review was held in time: within three months of the
-- plan's start, then within six of the review before. One that was late counts in the collection year it fell in.
{{ config(materialized='ephemeral') }}
with plans as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        sent.delivery_id,
        sent.line as plan_line,
        -- Of a plan begun near a birth the month alone is known: a day that is not known makes nobody late.
        case
            when sent.start_date_is_month then (sent.start_date + interval '1 month - 1 day')::date
            else sent.start_date
        end as began,
        (date_trunc('year', windows.as_of_date - interval '3 months') + interval '3 months')::date as year_begins
    from {{ ref('int_local__windows') }} as windows
    inner join {{ ref('stg_cin_census__cp_plans') }} as sent
        on windows.delivery_id = sent.delivery_id
    where windows.return_id = 'cin_census'
        and windows.period_type = 'snapshot'
        and windows.is_held
        and sent.start_date + interval '3 months' <= windows.as_of_date
        and coalesce(sent.end_date > windows.as_of_date, true)

),

held as (

    select
        plans.delivery_id,
        plans.plan_line,
        plans.as_of_date,
        reviews.review_date,
        case
            when reviews.review_date_is_month then (reviews.review_date + interval '1 month - 1 day')::date
            else reviews.review_date
        end as counts_from,
        row_number() over one_plan = 1 as is_first,
        lead(reviews.review_date) over one_plan as followed_on
    from plans
    inner join {{ ref('stg_cin_census__cp_reviews') }} as reviews
        on plans.delivery_id = reviews.delivery_id
        and plans.plan_line = reviews.plan_line
        and reviews.review_date <= plans.as_of_date
    window one_plan as (
        partition by plans.delivery_id, plans.plan_line, plans.as_of_date order by reviews.review_date
        rows between unbounded preceding and unbounded following
    )

),

fell_due as (

    select
        plans.delivery_id,
        plans.plan_line,
        plans.as_of_date,
        (plans.began + interval '3 months')::date as due,
        held.review_date as held_on
    from plans
    left join held
        on plans.delivery_id = held.delivery_id
        and plans.plan_line = held.plan_line
        and plans.as_of_date = held.as_of_date
        and held.is_first
    union all
    select
        delivery_id,
        plan_line,
        as_of_date,
        (counts_from + interval '6 months')::date as due,
        followed_on as held_on
    from held

),

judged as (

    select
        plans.council_id,
        plans.period_type,
        plans.as_of_date,
        not exists (
            select 1
            from fell_due
            where fell_due.delivery_id = plans.delivery_id
                and fell_due.plan_line = plans.plan_line
                and fell_due.as_of_date = plans.as_of_date
                and fell_due.due < plans.as_of_date
                and coalesce(fell_due.held_on > fell_due.due and fell_due.held_on >= plans.year_begins, true)
        ) as is_in_time
    from plans

)

select
    counted.council_id,
    'cin_census' as return_id,
    counted.period_type,
    counted.as_of_date,
    said.measure,
    said.amount
from (
    select
        council_id,
        period_type,
        as_of_date,
        count(*) as plans,
        count(*) filter (where is_in_time) as in_time
    from judged
    group by council_id, period_type, as_of_date
) as counted
cross join lateral (
    values ('plans_3_months', counted.plans::numeric), ('plans_reviewed_in_time', counted.in_time)
) as said (measure, amount)
