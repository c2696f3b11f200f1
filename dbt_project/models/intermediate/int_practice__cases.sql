-- What the standard safeguarding data set says of continuity: who came back, who led, visits and reviews. Facts to add up.
with cases as (

    select
        *,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date
    from {{ ref('int_practice__referrals') }}
    where not is_without_action

),

came_back as (

    select
        cases.council_id,
        cases.is_synthetic,
        'returned_' || after.months || '_months_pct' as measure,
        (cases.to_date - (after.months || ' months')::interval - interval '12 months' + interval '1 day')::date as from_date,
        (cases.to_date - (after.months || ' months')::interval)::date as to_date,
        cases.close_date as happened_on,
        coalesce(
            cases.referred_again_on <= cases.close_date + (after.months || ' months')::interval, false
        )::int as numerator,
        1 as denominator,
        jsonb_build_object('closure', cases.close_reason) as breakdowns
    from cases
    cross join (values (6), (12)) as after (months)
    where cases.close_date is not null

),

closed as (

    select
        council_id,
        is_synthetic,
        'stepped_down_pct' as measure,
        from_date,
        to_date,
        close_date as happened_on,
        (close_reason = 'RC9')::int as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from cases
    where close_date is not null

),

helped as (

    select
        council_id,
        is_synthetic,
        'stepped_up_pct' as measure,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        end_date as happened_on,
        0 as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from {{ ref('stg_ssd__early_help_episodes') }}
    where end_date is not null

),

leads as (

    select
        cases.council_id,
        cases.referral_pseudonym,
        count(distinct led.staff_pseudonym) as leads
    from cases
    inner join {{ ref('stg_local_records__lead_practitioners') }} as led
        on cases.council_id = led.council_id
        and cases.child_pseudonym = led.child_pseudonym
        and coalesce(led.ended >= cases.to_date - 365, true)
    where cases.close_date is null and cases.referral_date <= cases.to_date - 365
    group by cases.council_id, cases.referral_pseudonym

),

-- A council that keeps no record of who leads has no share, and not one of nought.
led as (

    select
        cases.council_id,
        cases.is_synthetic,
        'three_leads_pct' as measure,
        cases.from_date,
        cases.to_date,
        null::date as happened_on,
        (coalesce(leads.leads, 0) >= 3)::int as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from cases
    left join leads
        on cases.council_id = leads.council_id and cases.referral_pseudonym = leads.referral_pseudonym
    where cases.close_date is null and cases.referral_date <= cases.to_date - 365
        and cases.council_id in (select listed.council_id from {{ ref('stg_local_records__lead_practitioners') }} as listed)

),

visited as (

    select
        council_id,
        child_pseudonym,
        visit_date,
        'cin_seen_pct' as measure
    from {{ ref('stg_ssd__cin_visits') }}
    where seen = 'Y'
    union all
    select
        council_id,
        child_pseudonym,
        visit_date,
        'cp_seen_pct' as measure
    from {{ ref('stg_ssd__cp_visits') }}
    where seen = 'Y'
    union all
    select
        council_id,
        child_pseudonym,
        visit_date,
        'cla_seen_pct' as measure
    from {{ ref('stg_ssd__cla_visits') }}
    where seen = 'Y'

),

last_seen as (

    select
        council_id,
        child_pseudonym,
        measure,
        max(visit_date) as seen_on
    from visited
    group by council_id, child_pseudonym, measure

),

to_be_seen as (

    select
        council_id,
        is_synthetic,
        as_of_date as to_date,
        child_pseudonym,
        'cin_seen_pct' as measure,
        start_date,
        28 as within_days
    from {{ ref('stg_ssd__cin_plans') }}
    where end_date is null
    union all
    select
        council_id,
        is_synthetic,
        as_of_date as to_date,
        child_pseudonym,
        'cp_seen_pct' as measure,
        start_date,
        14 as within_days
    from {{ ref('stg_ssd__cp_plans') }}
    where end_date is null
    union all
    select
        council_id,
        is_synthetic,
        to_date,
        child_pseudonym,
        'cla_seen_pct' as measure,
        entered_care_date as start_date,
        42 as within_days
    from {{ ref('int_practice__in_care') }}

),

seen as (

    select
        due.council_id,
        due.is_synthetic,
        due.measure,
        {{ april_before('due.to_date') }} as from_date,
        due.to_date,
        null::date as happened_on,
        coalesce(last_seen.seen_on > due.to_date - due.within_days, false)::int as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from to_be_seen as due
    left join last_seen
        on due.council_id = last_seen.council_id
        and due.child_pseudonym = last_seen.child_pseudonym
        and due.measure = last_seen.measure
    where due.start_date <= due.to_date - due.within_days

),

reviewed as (

    select
        council_id,
        is_synthetic,
        measure,
        from_date,
        to_date,
        null::date as happened_on,
        (not is_late)::int as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from {{ ref('int_practice__reviewed') }}

),

facts as (

    select * from came_back
    union all
    select * from closed
    union all
    select * from helped
    union all
    select * from led
    union all
    select * from seen
    union all
    select * from reviewed

)

select
    *,
    'ssd' as return_id
from facts
