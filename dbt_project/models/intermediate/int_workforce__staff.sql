-- What the council's own list of staff says tonight, by team and job, as facts to add up.
with staff as (

    select
        *,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        started <= as_of_date and coalesce(ended > as_of_date, true) as is_here,
        coalesce(agency, 'N') <> 'Y' as is_permanent,
        coalesce(away_from <= as_of_date and coalesce(away_to > as_of_date, true), false) as is_away,
        jsonb_build_object('team', team, 'job', job) as breakdowns
    from {{ ref('stg_local_records__staff') }}

),

holders as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        fte,
        breakdowns
    from staff
    where is_here and fte > 0
    order by council_id asc, staff_pseudonym asc, started desc, team asc

),

-- Nightly, by who leads: the workforce census says it once a year, and of no team.
led as (

    select
        council_id,
        staff_pseudonym,
        is_synthetic,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        count(distinct child_pseudonym) as children
    from {{ ref('stg_local_records__lead_practitioners') }}
    where started <= as_of_date and coalesce(ended > as_of_date, true)
    group by council_id, staff_pseudonym, is_synthetic, as_of_date

)

select
    led.council_id,
    'local_records' as return_id,
    led.is_synthetic,
    led.from_date,
    led.to_date,
    said.measure,
    null::date as happened_on,
    said.numerator,
    said.denominator,
    holders.breakdowns
from led
inner join holders
    on led.council_id = holders.council_id and led.staff_pseudonym = holders.staff_pseudonym
cross join lateral (
    values
    ('staff_caseload', led.children, holders.fte),
    ('staff_over_20_pct', (led.children / holders.fte > 20)::int, 1)
) as said (measure, numerator, denominator)
union all
select
    staff.council_id,
    'local_records' as return_id,
    staff.is_synthetic,
    staff.from_date,
    staff.to_date,
    said.measure,
    said.happened_on,
    said.numerator,
    said.denominator,
    staff.breakdowns
from staff
cross join lateral (
    values
    ('staff_in_post', is_here, null::date, 1, null),
    ('staff_in_post_fte', is_here and fte is not null, null, fte, null),
    ('staff_agency_pct', is_here and fte is not null, null, case when is_permanent then 0 else fte end, fte),
    ('staff_away_pct', is_here, null, is_away::int, 1),
    ('staff_under_2_years_pct', is_here and is_permanent, null, (to_date - started < 2 * 365.25)::int, 1),
    ('staff_starters', is_permanent and started >= from_date, started, 1, null),
    ('staff_leavers', is_permanent and ended >= from_date, ended, 1, null),
    (
        'staff_turnover_pct', is_permanent and (is_here or ended between from_date and to_date), null,
        (not is_here)::int, is_here::int
    )
) as said (measure, applies, happened_on, numerator, denominator)
where said.applies
