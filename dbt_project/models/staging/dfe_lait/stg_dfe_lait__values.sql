-- DfE's tool (LAIT): one row per release of its data, measure, area and year. A number is as a spreadsheet stored it
-- (68.900000000000006 for 68.9, 7.0000000000000007E-2 for 0.07): what lies beyond ten decimals is the spreadsheet's.
with labelled as (

    select
        current_landings.release,
        landed.short_desc as lait_code,
        split_part(landed.la_number, '.', 1) as lait_area,
        landed.la_and_regions as area_name,
        landed.years::integer as year,
        trim(landed.value) as value_text
    from {{ source('dfe_lait', 'values') }} as landed
    inner join {{ source('control', 'current_landings') }} as current_landings
        on landed._landing_id = current_landings.landing_id
    -- Other labels (2015-16, 2013-15, 2015-16 (OT)) belong to topics other than social care.
    where landed.years ~ '^[0-9]{4}$'

)

select
    release,
    lait_code,
    lait_area,
    area_name,
    year,
    case when value_text ~ '^-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?$' then trim_scale(round(value_text::numeric, 10)) end
        as value,
    case
        when value_text ~ '^-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?$' then 'final'
        when value_text = 'c' then 'suppressed'
        when value_text in ('-', '..', '') then 'not_available'
        else 'unrecognised'
    end as value_status,
    value_text
from labelled
