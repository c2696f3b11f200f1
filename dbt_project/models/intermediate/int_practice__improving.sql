-- What inspectors asked to be better: return home interviews, short breaks, pathway plans. Facts to add up.
with interviews as (

    select
        *,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        interviewed_on is not null as is_held,
        case
            when interviewed_on - returned_on < 3 then true
            -- On the third day the hour decides; where it is not told, nobody can say that it was in time.
            when nullif(interviewed_at, '') is null or nullif(returned_at, '') is null then false
            else (interviewed_on + interviewed_at::time) - (returned_on + returned_at::time) <= interval '72 hours'
        end as is_prompt,
        jsonb_build_object('kind', kind, 'interviewer', interviewer, 'not_interviewed', not_done_reason) as breakdowns
    from {{ ref('stg_local_records__return_home_interviews') }}
    where returned_on is not null

),

breaks as (

    select
        *,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        assessed_on is not null and started_on is null and closed_on is null and coalesce(need_agreed, 'Y') <> 'N'
        as is_waiting,
        jsonb_build_object('break_service', service) as breakdowns
    from {{ ref('stg_local_records__short_breaks') }}

),

facts as (

    select
        interviews.council_id,
        interviews.is_synthetic,
        interviews.from_date,
        interviews.to_date,
        interviews.returned_on as happened_on,
        said.measure,
        said.numerator,
        1 as denominator,
        interviews.breakdowns - said.without as breakdowns
    from interviews
    cross join lateral (
        values
        (
            'interviews_72_hours_pct', true, coalesce(is_held and is_prompt, false)::int,
            array['interviewer', 'not_interviewed']
        ),
        ('interviews_held_pct', true, is_held::int, array['interviewer', 'not_interviewed']),
        (
            'interviews_refused_pct', true,
            (not is_held and (coalesce(accepted, '') = 'N' or coalesce(not_done_reason, '') = 'REFUSED'))::int,
            array['interviewer', 'not_interviewed']
        ),
        ('interviews_not_required_pct', true, (coalesce(offered, '') = 'NA')::int, array['interviewer', 'not_interviewed']),
        ('interviews_not_offered_pct', true, (coalesce(offered, '') = 'N')::int, array['interviewer', 'not_interviewed']),
        ('interviews_prompt_pct', is_held, coalesce(is_prompt, false)::int, array['not_interviewed'])
    ) as said (measure, applies, numerator, without)
    where said.applies
    union all
    select
        breaks.council_id,
        breaks.is_synthetic,
        breaks.from_date,
        breaks.to_date,
        said.happened_on,
        said.measure,
        said.numerator,
        said.denominator,
        breaks.breakdowns
    from breaks
    cross join lateral (
        values
        ('short_break_days', assessed_on is not null, started_on, started_on - assessed_on, 1),
        ('short_break_waiting', is_waiting, null::date, 1, null),
        ('short_break_waiting_days', is_waiting, null, to_date - assessed_on, 1)
    ) as said (measure, applies, happened_on, numerator, denominator)
    where said.applies and (said.measure <> 'short_break_days' or said.happened_on is not null)
    union all
    select
        council_id,
        is_synthetic,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        null::date as happened_on,
        'pathway_plans_pct' as measure,
        coalesce(last_review_on > as_of_date - 183, plan_from > as_of_date - 183, false)::int as numerator,
        1 as denominator,
        jsonb_build_object('eligibility', eligibility, 'team', team) as breakdowns
    from {{ ref('stg_local_records__pathway_plans') }}
    where plan_from is not null

)

select
    *,
    'local_records' as return_id
from facts
