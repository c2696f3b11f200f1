-- What is open and by when it must be done, one row per thing: by the records of the newest delivery. Of what a council
-- told nothing there is no row (int_practice__due_told). Whose it is stands here as a pseudonym: the door knows more.
{{ config(
    materialized='table',
    pre_hook="set local enable_nestloop = off; set local jit = off"
) }}
with supervised as (

    select distinct on (sessions.council_id, sessions.staff_pseudonym)
        sessions.council_id,
        sessions.delivery_id,
        sessions.staff_pseudonym,
        sessions.next_due_on
    from {{ ref('stg_local_records__supervision') }} as sessions
    where sessions.kind <> 'PEER'
    order by
        sessions.council_id asc, sessions.staff_pseudonym asc, sessions.held_on desc,
        sessions.next_due_on desc nulls last

),

staff as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        team
    from {{ ref('stg_local_records__staff') }}
    where started <= as_of_date and coalesce(ended > as_of_date, true)
    order by council_id asc, staff_pseudonym asc, started desc, team asc

),

told as (

    select
        supervised.delivery_id,
        'supervision' as what,
        staff.team,
        supervised.next_due_on as due_on,
        staff.staff_pseudonym as subject_pseudonym
    from staff
    inner join supervised
        on staff.council_id = supervised.council_id and staff.staff_pseudonym = supervised.staff_pseudonym
    union all
    select
        appraisals.delivery_id,
        'appraisal' as what,
        staff.team,
        appraisals.due_on,
        staff.staff_pseudonym as subject_pseudonym
    from {{ ref('stg_local_records__appraisals') }} as appraisals
    inner join staff
        on appraisals.council_id = staff.council_id and appraisals.staff_pseudonym = staff.staff_pseudonym
    where appraisals.held_on is null
    union all
    select
        actions.delivery_id,
        'audit_action' as what,
        audits.team,
        actions.due_on,
        actions.audit_pseudonym as subject_pseudonym
    from {{ ref('stg_local_records__audit_actions') }} as actions
    left join {{ ref('stg_local_records__case_audits') }} as audits
        on actions.council_id = audits.council_id and actions.audit_pseudonym = audits.audit_pseudonym
    where actions.closed_on is null
    union all
    select
        delivery_id,
        'family_plan_review' as what,
        null::text as team,
        due_on,
        child_pseudonym as subject_pseudonym
    from {{ ref('stg_local_records__family_plan_reviews') }}
    where reviewed_on is null and coalesce(plan_to > as_of_date, true)
    -- Each of a plan's goals has its row at each review.
    group by delivery_id, child_pseudonym, plan_pseudonym, due_on
    union all
    select
        delivery_id,
        'return_interview' as what,
        null::text as team,
        returned_on + 3 as due_on,
        child_pseudonym as subject_pseudonym
    from {{ ref('stg_local_records__return_home_interviews') }}
    where returned_on is not null
        and interviewed_on is null
        and coalesce(offered, '') <> 'NA'
        and coalesce(accepted, '') <> 'N'
        and coalesce(not_done_reason, '') in ('', 'CAPACITY')
    union all
    select
        delivery_id,
        'pathway_plan' as what,
        team,
        coalesce(next_due_on, (last_review_on + interval '6 months')::date, (plan_from + interval '6 months')::date)
            as due_on,
        child_pseudonym as subject_pseudonym
    from {{ ref('stg_local_records__pathway_plans') }}
    {%- for model in ('visits', 'reviews', 'assessments') %}
    union all
    select
        delivery_id,
        what,
        null::text as team,
        due_on,
        child_pseudonym as subject_pseudonym
    from {{ ref('int_practice__' ~ model ~ '_due') }}
    {%- endfor %}

)

select
    sources.council_id,
    sources.delivery_id,
    sources.as_of_date,
    sources.is_synthetic,
    told.what,
    coalesce(nullif(told.team, ''), teams.team) as team,
    told.due_on,
    kinds.subject,
    told.subject_pseudonym,
    teams.lead_pseudonym,
    teams.lead_delivery_id
from told
inner join {{ ref('practice_due_kinds') }} as kinds
    on told.what = kinds.what
-- The other return's rows of the same thing are left out here, and so is what a council told nothing of.
inner join {{ ref('int_practice__due_told') }} as sources
    on told.delivery_id = sources.delivery_id and told.what = sources.what and sources.is_told
left join {{ ref('int_practice__child_teams') }} as teams
    on kinds.subject = 'child'
    and sources.council_id = teams.council_id
    and told.subject_pseudonym = teams.child_pseudonym
where told.due_on is not null
