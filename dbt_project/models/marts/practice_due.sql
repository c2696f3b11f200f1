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
        senders.council_code,
        due.as_of_date,
        due.what,
        coalesce(nullif(due.team, ''), 'not_said') as team,
        coalesce(listed.service, 'not_said') as service,
        due.due_on < due.as_of_date as is_overdue,
        due.due_on between due.as_of_date and due.as_of_date + 6 as is_due_this_week,
        due.as_of_date - due.due_on as days_late,
        due.is_synthetic
    from {{ ref('int_practice__due') }} as due
    inner join {{ ref('delivering_councils') }} as senders
        on due.council_id = senders.council_id
    left join listed
        on due.council_id = listed.council_id and due.team = listed.team
    where due.due_on is not null

)

select
    due.council_code,
    councils.council_name,
    due.as_of_date,
    due.service,
    due.team,
    due.what,
    count(*) filter (where due.is_overdue) as overdue,
    count(*) filter (where due.is_due_this_week) as due_this_week,
    count(*) filter (where not due.is_overdue and not due.is_due_this_week) as due_later,
    max(due.days_late) filter (where due.is_overdue) as longest_overdue_days,
    bool_or(due.is_synthetic) as is_synthetic
from due
inner join {{ ref('councils') }} as councils
    on due.council_code = councils.council_code
group by due.council_code, councils.council_name, due.as_of_date, due.service, due.team, due.what
