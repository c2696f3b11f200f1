-- What is asked: each programme of a council, of each measure that may change with it. The answers are worked out after
-- the models are built, by socialcare.impact, which leaves none of these rows pending.
with begun as (

    select
        council_code,
        council_name,
        programme,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('practice_programmes') }}
    group by council_code, council_name, programme

)

select
    begun.council_code,
    begun.council_name,
    begun.programme,
    measures.measure,
    measures.measure_name,
    'pending' as verdict,
    null::text as refused_because,
    null::numeric as effect_points,
    null::numeric as interval_low,
    null::numeric as interval_high,
    null::numeric as share_before,
    null::numeric as share_after,
    null::numeric as share_not_yet,
    null::integer as teams_begun,
    null::integer as teams_not_yet,
    null::integer as teams_left_out,
    null::integer as quarters,
    null::date as first_quarter_start_date,
    null::date as last_quarter_start_date,
    null::numeric as before_points,
    null::numeric as before_low,
    null::numeric as before_high,
    null::text as reading,
    begun.is_synthetic
from begun
cross join {{ ref('practice_measures') }} as measures
where measures.mart = 'practice_team_quarters'
