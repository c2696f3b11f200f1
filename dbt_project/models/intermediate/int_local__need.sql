-- What the children in need census says of referrals, assessments, enquiries and plans, and what the standard
-- safeguarding data set, which holds years of referrals, says of those who came back.
{{ config(materialized='ephemeral') }}
with windows as (

    select * from {{ ref('int_local__windows') }} where return_id in ('cin_census', 'ssd') and is_held

),

cases as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(*) filter (where sent.referral_date between windows.from_date and windows.to_date) as referrals,
        count(*) filter (
            where sent.referral_date between windows.from_date and windows.to_date
                and sent.no_further_action in ('1', 'true')
        ) as referrals_nfa,
        count(*) filter (
            where coalesce(sent.no_further_action, '') not in ('1', 'true')
                and sent.referral_date <= windows.as_of_date
                and coalesce(sent.closure_date > windows.as_of_date, true)
        ) as in_need
    from windows
    inner join {{ ref('stg_cin_census__cin_details') }} as sent
        on windows.delivery_id = sent.delivery_id
    group by windows.council_id, windows.period_type, windows.as_of_date

),

assessed as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(*) as assessments,
        -- Near a birth raw has months: the door counted the working days while it had whole ones.
        count(*) filter (where sent.authorised_in_time) as in_time
    from windows
    inner join {{ ref('stg_cin_census__assessments') }} as sent
        on windows.delivery_id = sent.delivery_id
        and sent.authorisation_date between windows.from_date and windows.to_date
    group by windows.council_id, windows.period_type, windows.as_of_date

),

enquiries as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(*) filter (where sent.start_date between windows.from_date and windows.to_date) as started,
        count(*) filter (
            where sent.initial_conference_date between windows.from_date and windows.to_date
        ) as conferences,
        count(*) filter (
            where sent.initial_conference_date between windows.from_date and windows.to_date
                and sent.conference_in_time
        ) as in_time
    from windows
    inner join {{ ref('stg_cin_census__section47') }} as sent
        on windows.delivery_id = sent.delivery_id
    group by windows.council_id, windows.period_type, windows.as_of_date

),

plans as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(*) filter (where dated.is_open) as open_plans,
        count(*) filter (where dated.is_open and dated.two_years <= windows.as_of_date) as open_2_years,
        count(*) filter (where dated.began) as starts,
        count(*) filter (where dated.began and sent.previous_plans::numeric > 0) as subsequent,
        count(*) filter (where dated.ended) as ends,
        count(*) filter (where dated.ended and dated.two_years <= sent.end_date) as ended_2_years
    from windows
    inner join {{ ref('stg_cin_census__cp_plans') }} as sent
        on windows.delivery_id = sent.delivery_id
    cross join lateral (
        select
            sent.start_date <= windows.as_of_date and coalesce(sent.end_date > windows.as_of_date, true) as is_open,
            sent.start_date between windows.from_date and windows.to_date as began,
            sent.end_date between windows.from_date and windows.to_date as ended,
            (sent.start_date + interval '24 months')::date as two_years
    ) as dated
    group by windows.council_id, windows.period_type, windows.as_of_date

),

referrals as (

    select
        council_id,
        delivery_id,
        referral_date,
        close_date,
        lag(referral_date) over (partition by delivery_id, child_pseudonym order by referral_date) as referred_before
    from {{ ref('stg_ssd__cin_episodes') }}

),

-- A case that was closed two years ago or more shows that two years of referrals are held, and not only open cases.
came_back as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        min(sent.close_date) <= (windows.starts_on - interval '12 months')::date as is_long_enough,
        count(*) filter (where sent.referral_date between windows.from_date and windows.to_date) as referrals,
        count(*) filter (
            where sent.referral_date between windows.from_date and windows.to_date
                and sent.referred_before + interval '12 months' >= sent.referral_date
        ) as rereferrals
    from windows
    inner join referrals as sent
        on windows.delivery_id = sent.delivery_id
    where windows.period_type <> 'snapshot'
    group by windows.council_id, windows.period_type, windows.as_of_date, windows.starts_on

)

select
    windows.council_id,
    windows.return_id,
    windows.period_type,
    windows.as_of_date,
    said.measure,
    said.amount
from (select distinct council_id, return_id, period_type, as_of_date from windows) as windows
left join cases
    on windows.return_id = 'cin_census' and windows.council_id = cases.council_id
    and windows.period_type = cases.period_type and windows.as_of_date = cases.as_of_date
left join assessed
    on windows.return_id = 'cin_census' and windows.council_id = assessed.council_id
    and windows.period_type = assessed.period_type and windows.as_of_date = assessed.as_of_date
left join enquiries
    on windows.return_id = 'cin_census' and windows.council_id = enquiries.council_id
    and windows.period_type = enquiries.period_type and windows.as_of_date = enquiries.as_of_date
left join plans
    on windows.return_id = 'cin_census' and windows.council_id = plans.council_id
    and windows.period_type = plans.period_type and windows.as_of_date = plans.as_of_date
left join came_back
    on windows.return_id = 'ssd' and windows.council_id = came_back.council_id
    and windows.period_type = came_back.period_type and windows.as_of_date = came_back.as_of_date
    and came_back.is_long_enough
cross join lateral (
    values
    ('referrals', cases.referrals::numeric),
    ('referrals_nfa', cases.referrals_nfa),
    ('in_need', cases.in_need),
    ('assessments', assessed.assessments),
    ('assessments_in_time', assessed.in_time),
    ('enquiries', enquiries.started),
    ('conferences', enquiries.conferences),
    ('conferences_in_time', enquiries.in_time),
    ('plans', plans.open_plans),
    ('plans_2_years', plans.open_2_years),
    ('plan_starts', plans.starts),
    ('plan_starts_subsequent', plans.subsequent),
    ('plan_ends', plans.ends),
    ('plan_ends_2_years', plans.ended_2_years),
    ('referrals_followed', came_back.referrals),
    ('rereferrals', came_back.rereferrals)
) as said (measure, amount)
where said.amount is not null
