-- Tables just loaded have no statistics: the planner would take each join for one of a few rows, and loop over all.
{{ config(pre_hook="set local enable_nestloop = off; set local jit = off") }}
with listed as (

    select distinct on (council_id, team)
        council_id,
        team,
        service
    from {{ ref('stg_local_records__teams') }}
    order by council_id, team, service

),

due as (

    select
        due.council_id,
        due.as_of_date,
        due.what,
        due.is_synthetic,
        coalesce(due.team, 'not_said') as team,
        coalesce(listed.service, 'not_said') as service,
        due.due_on < due.as_of_date as is_overdue,
        due.due_on between due.as_of_date and due.as_of_date + 6 as is_due_this_week,
        due.as_of_date - due.due_on as days_late
    from {{ ref('int_practice__due') }} as due
    left join listed
        on due.council_id = listed.council_id and due.team = listed.team

),

counted as (

    select
        council_id,
        as_of_date,
        service,
        team,
        what,
        true as is_told,
        count(*) filter (where is_overdue) as overdue,
        count(*) filter (where is_due_this_week) as due_this_week,
        count(*) filter (where not is_overdue and not is_due_this_week) as due_later,
        max(days_late) filter (where is_overdue) as longest_overdue_days,
        bool_or(is_synthetic) as is_synthetic
    from due
    group by council_id, as_of_date, service, team, what
    union all
    select
        council_id,
        as_of_date,
        'not_said' as service,
        'not_said' as team,
        what,
        is_told,
        null::bigint as overdue,
        null::bigint as due_this_week,
        null::bigint as due_later,
        null::integer as longest_overdue_days,
        is_synthetic
    from {{ ref('int_practice__due_told') }}
    where not is_told

)

select
    senders.council_code,
    councils.council_name,
    counted.as_of_date,
    counted.service,
    counted.team,
    counted.what,
    kinds.what_name,
    counted.is_told,
    counted.overdue,
    counted.due_this_week,
    counted.due_later,
    counted.longest_overdue_days,
    kinds.timescale,
    counted.is_synthetic
from counted
inner join {{ ref('practice_due_kinds') }} as kinds
    on counted.what = kinds.what
inner join {{ ref('delivering_councils') }} as senders
    on counted.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
