-- What the council's records say of continuity: who led, which steps were decided, family plans reviewed. Facts to add up.
with led as (

    select
        *,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        -- Blank for the first lead; DfE's FCONTA is a first contact or a new referral, and no change.
        coalesce(change_reason, '') not in ('', 'FCONTA') as is_change,
        least(coalesce(ended, as_of_date + 1), as_of_date + 1)
        - greatest(started, {{ april_before('as_of_date') }}) as days_led
    from {{ ref('stg_local_records__lead_practitioners') }}

),

decided as (

    select
        *,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        decision = 'AGREED' as is_agreed,
        jsonb_build_object('decided_at', decided_at, 'step_reason', reason, 'team', to_team) as breakdowns
    from {{ ref('stg_local_records__step_decisions') }}

),

facts as (

    select
        led.council_id,
        led.is_synthetic,
        led.from_date,
        led.to_date,
        said.measure,
        said.happened_on,
        said.numerator,
        said.denominator,
        said.breakdowns
    from led
    cross join lateral (
        values
        (
            'lead_changes', days_led > 0, null::date,
            (is_change and started >= from_date)::int, days_led / 365.0, jsonb_build_object('team', team, 'lead_role', role)
        ),
        (
            'lead_changed', is_change and started >= from_date, started,
            1, null, jsonb_build_object('team', team, 'change_reason', change_reason)
        )
    ) as said (measure, applies, happened_on, numerator, denominator, breakdowns)
    where said.applies
    union all
    select
        decided.council_id,
        decided.is_synthetic,
        decided.from_date,
        decided.to_date,
        said.measure,
        decided.decided_on as happened_on,
        said.numerator,
        said.denominator,
        decided.breakdowns
    from decided
    cross join lateral (
        values
        ('steps_up', is_agreed and to_tier > from_tier, 1, null),
        ('steps_down', is_agreed and to_tier < from_tier, 1, null),
        ('steps_agreed_pct', decision <> 'DEFER', is_agreed::int, 1),
        -- Blank is not known, and never no.
        (
            'steps_told_pct', is_agreed and coalesce(family_told_before, '') <> '',
            (family_told_before = 'Y')::int, 1
        ),
        ('stepped_up_pct', is_agreed and to_tier = '4', 1, 0)
    ) as said (measure, applies, numerator, denominator)
    where said.applies
    union all
    select
        council_id,
        is_synthetic,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        'family_reviews_pct' as measure,
        due_on as happened_on,
        coalesce(reviewed_on <= due_on, false)::int as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from {{ ref('stg_local_records__family_plan_reviews') }}

)

select
    *,
    'local_records' as return_id
from facts
