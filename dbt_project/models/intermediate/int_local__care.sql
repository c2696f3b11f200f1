-- What SSDA903 says of children looked after: one row per council, day, kind of period and thing counted.
-- Short breaks (V3, V4) are left out, as in DfE's figures.
{{ config(materialized='ephemeral') }}
with windows as (

    select * from {{ ref('int_local__windows') }} where return_id = 'ssda903' and is_held

),

episodes as (

    select
        windows.*,
        sent.child_pseudonym,
        sent.decom,
        sent.dec,
        sent.rne,
        sent.rec,
        sent.decom <= windows.as_of_date and coalesce(sent.dec > windows.as_of_date, true) as is_open,
        sent.decom between windows.from_date and windows.to_date as began,
        sent.dec between windows.from_date and windows.to_date as ended,
        -- Still in care on the window's first day: the episode itself or what followed it.
        coalesce(sent.dec >= windows.from_date, true) and sent.decom <= windows.to_date as touched,
        row_number() over (
            partition by windows.council_id, windows.period_type, windows.as_of_date, sent.child_pseudonym
            order by sent.decom, sent.dec
        ) > 1 as is_later
    from windows
    inner join {{ ref('stg_ssda903__episodes') }} as sent
        on windows.delivery_id = sent.delivery_id
    where coalesce(sent.ls, '') not in ('V3', 'V4')

),

children as (

    select
        council_id,
        period_type,
        as_of_date,
        child_pseudonym,
        bool_or(is_open) as is_in_care,
        bool_or(touched) as was_in_care,
        bool_or(began and rne = 'S') as started,
        bool_or(ended and rec not in ('X1', '')) as ceased,
        count(*) filter (where ended and rec in ('E11', 'E12')) as adopted,
        count(*) filter (where ended and rec ~ '^E4[3-8]$') as special_guardianship,
        -- Carers of the year: those of its first day, and each who came by a move to others.
        1 + count(*) filter (where is_later and began and rne in ('S', 'P', 'B')) as placements
    from episodes
    group by council_id, period_type, as_of_date, child_pseudonym

),

-- Asked of each child once a year has ended, of those in care for twelve months (OC2) and of care leavers (OC3).
health as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(*) as asked,
        count(*) filter (where sent.health_assessment = '1') as health_assessment,
        count(*) filter (where sent.teeth_check = '1') as teeth_check,
        count(*) filter (where sent.immunisations = '1') as immunisations,
        count(*) filter (where sent.substance_misuse = '1') as substance_misuse,
        count(*) filter (where sent.convicted = '1') as convicted,
        sum(sent.sdq_score::numeric) as sdq_sum,
        count(sent.sdq_score) as sdq_scores
    from windows
    inner join {{ ref('stg_ssda903__oc2') }} as sent
        on windows.delivery_id = sent.delivery_id
    where windows.is_whole_year
    group by windows.council_id, windows.period_type, windows.as_of_date

),

leavers as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(*) as care_leavers,
        count(*) filter (where right(sent.accom, 1) = '1') as suitable_home,
        count(*) filter (where sent.activ in ('F1', 'P1', 'F2', 'P2', 'F4', 'P4', 'F5', 'P5')) as active,
        count(*) filter (where sent.activ in ('F1', 'P1')) as university,
        count(*) filter (where sent.in_touch = 'NO') as not_in_touch
    from windows
    inner join {{ ref('stg_ssda903__oc3') }} as sent
        on windows.delivery_id = sent.delivery_id
    inner join {{ ref('stg_ssda903__header') }} as children_named
        on sent.delivery_id = children_named.delivery_id
        and sent.child_pseudonym = children_named.child_pseudonym
    -- The year ends with a month, so the month of birth says the age that was reached in it.
    where windows.is_whole_year
        and extract(year from age(windows.as_of_date + 1, children_named.birth_month)) between 19 and 21
    group by windows.council_id, windows.period_type, windows.as_of_date

),

gone as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        count(distinct sent.child_pseudonym) filter (where sent.missing = 'M') as missing,
        count(distinct sent.child_pseudonym) filter (where sent.missing = 'A') as away
    from windows
    left join {{ ref('stg_ssda903__missing') }} as sent
        on windows.delivery_id = sent.delivery_id
        and sent.mis_start between windows.from_date and windows.to_date
    group by windows.council_id, windows.period_type, windows.as_of_date

),

counted as (

    select
        council_id,
        period_type,
        as_of_date,
        count(*) filter (where is_in_care) as cla,
        count(*) filter (where was_in_care) as cla_in_period,
        count(*) filter (where started) as cla_starts,
        count(*) filter (where ceased) as cla_ends,
        sum(adopted) as cla_adopted,
        sum(special_guardianship) as cla_special_guardianship,
        count(*) filter (where is_in_care and placements >= 3) as cla_3_placements
    from children
    group by council_id, period_type, as_of_date

)

select
    windows.council_id,
    'ssda903' as return_id,
    windows.period_type,
    windows.as_of_date,
    said.measure,
    said.amount
from (select distinct council_id, period_type, as_of_date, is_of_one_delivery from windows) as windows
left join counted using (council_id, period_type, as_of_date)
left join health using (council_id, period_type, as_of_date)
left join leavers using (council_id, period_type, as_of_date)
left join gone using (council_id, period_type, as_of_date)
cross join lateral (
    values
    ('cla', counted.cla::numeric),
    ('cla_in_period', counted.cla_in_period),
    ('cla_starts', counted.cla_starts),
    ('cla_ends', counted.cla_ends),
    ('cla_adopted', counted.cla_adopted),
    ('cla_special_guardianship', counted.cla_special_guardianship),
    ('cla_3_placements', case when windows.is_of_one_delivery then counted.cla_3_placements end),
    ('cla_followed', case when windows.is_of_one_delivery then counted.cla end),
    ('cla_missing', gone.missing),
    ('cla_away', gone.away),
    ('oc2_asked', health.asked),
    ('oc2_health_assessment', health.health_assessment),
    ('oc2_teeth_check', health.teeth_check),
    ('oc2_immunisations', health.immunisations),
    ('oc2_substance_misuse', health.substance_misuse),
    ('oc2_convicted', health.convicted),
    ('oc2_sdq_sum', health.sdq_sum),
    ('oc2_sdq_scores', health.sdq_scores),
    ('care_leavers', leavers.care_leavers),
    ('care_leavers_suitable_home', leavers.suitable_home),
    ('care_leavers_active', leavers.active),
    ('care_leavers_university', leavers.university),
    ('care_leavers_not_in_touch', leavers.not_in_touch)
) as said (measure, amount)
where said.amount is not null
