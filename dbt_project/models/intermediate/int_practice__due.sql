-- What is open and by when it must be done, one row per thing: by the records of the newest delivery.
with supervised as (

    select distinct on (sessions.council_id, sessions.staff_pseudonym)
        sessions.council_id,
        sessions.staff_pseudonym,
        sessions.next_due_on
    from {{ ref('stg_local_records__supervision') }} as sessions
    where sessions.kind <> 'PEER'
    order by sessions.council_id asc, sessions.staff_pseudonym asc, sessions.held_on desc, sessions.next_due_on desc

),

staff as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        team,
        as_of_date,
        is_synthetic
    from {{ ref('stg_local_records__staff') }}
    where started <= as_of_date and coalesce(ended > as_of_date, true)
    order by council_id asc, staff_pseudonym asc, started desc, team asc

)

select
    staff.council_id,
    staff.as_of_date,
    staff.is_synthetic,
    'supervision' as what,
    staff.team,
    supervised.next_due_on as due_on
from staff
inner join supervised
    on staff.council_id = supervised.council_id and staff.staff_pseudonym = supervised.staff_pseudonym
where supervised.next_due_on is not null
union all
select
    appraisals.council_id,
    appraisals.as_of_date,
    appraisals.is_synthetic,
    'appraisal' as what,
    staff.team,
    appraisals.due_on
from {{ ref('stg_local_records__appraisals') }} as appraisals
inner join staff
    on appraisals.council_id = staff.council_id and appraisals.staff_pseudonym = staff.staff_pseudonym
where appraisals.held_on is null
union all
select
    actions.council_id,
    actions.as_of_date,
    actions.is_synthetic,
    'audit_action' as what,
    audits.team,
    actions.due_on
from {{ ref('stg_local_records__audit_actions') }} as actions
left join {{ ref('stg_local_records__case_audits') }} as audits
    on actions.council_id = audits.council_id and actions.audit_pseudonym = audits.audit_pseudonym
where actions.closed_on is null
union all
select
    council_id,
    as_of_date,
    is_synthetic,
    'family_plan_review' as what,
    null::text as team,
    due_on
from {{ ref('stg_local_records__family_plan_reviews') }}
where reviewed_on is null and coalesce(plan_to > as_of_date, true)
union all
select
    council_id,
    as_of_date,
    is_synthetic,
    'return_interview' as what,
    null::text as team,
    returned_on + 3 as due_on
from {{ ref('stg_local_records__return_home_interviews') }}
where returned_on is not null
    and interviewed_on is null
    and coalesce(offered, '') <> 'NA'
    and coalesce(accepted, '') <> 'N'
    and coalesce(not_done_reason, '') in ('', 'CAPACITY')
union all
select
    council_id,
    as_of_date,
    is_synthetic,
    'pathway_plan' as what,
    team,
    next_due_on as due_on
from {{ ref('stg_local_records__pathway_plans') }}
where next_due_on is not null
