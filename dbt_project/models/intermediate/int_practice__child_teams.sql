-- Each child's team and worker on the day: by the record of who leads, or else the team that the newest Annex A names.
with led as (

    select distinct on (council_id, child_pseudonym)
        council_id,
        child_pseudonym,
        nullif(team, '') as team,
        staff_pseudonym as lead_pseudonym,
        delivery_id as lead_delivery_id
    from {{ ref('stg_local_records__lead_practitioners') }}
    where started <= as_of_date and coalesce(ended > as_of_date, true)
    order by council_id asc, child_pseudonym asc, started desc, team asc, staff_pseudonym asc

),

-- Of a child on several lists, the one that says most of who holds the case.
named as (

    select
        council_id,
        child_pseudonym,
        team,
        1 as place
    from {{ ref('stg_annex_a__children_in_care') }}
    where care_end is null
    union all
    select
        council_id,
        child_pseudonym,
        team,
        2 as place
    from {{ ref('stg_annex_a__child_protection') }}
    where plan_end is null
    union all
    select
        council_id,
        child_pseudonym,
        team,
        3 as place
    from {{ ref('stg_annex_a__children_in_need') }}
    where cin_end is null
    union all
    select
        council_id,
        child_pseudonym,
        team,
        4 as place
    from {{ ref('stg_annex_a__assessments') }}
    where authorised is null
    union all
    select
        council_id,
        child_pseudonym,
        team,
        5 as place
    from {{ ref('stg_annex_a__care_leavers') }}

),

listed as (

    select distinct on (council_id, child_pseudonym)
        council_id,
        child_pseudonym,
        team
    from named
    where team <> ''
    order by council_id, child_pseudonym, place, team

)

select
    coalesce(led.council_id, listed.council_id) as council_id,
    coalesce(led.child_pseudonym, listed.child_pseudonym) as child_pseudonym,
    coalesce(led.team, listed.team) as team,
    led.lead_pseudonym,
    led.lead_delivery_id
from led
full outer join listed
    on led.council_id = listed.council_id and led.child_pseudonym = listed.child_pseudonym
