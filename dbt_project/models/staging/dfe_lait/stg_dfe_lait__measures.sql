-- The dictionary of DfE's tool (LAIT), the newest held: its measures on children's social care, as the tool names them.
with newest as (

    select landing_id
    from {{ source('control', 'current_landings') }}
    where source_id = 'dfe_lait' and table_name = 'measures'
    order by release desc
    limit 1

)

select
    landed.measure_short as lait_code,
    landed.topic,
    landed.y_axis_name as unit,
    case lower(landed.polarity)
        when 'low' then 'low'
        when 'high' then 'high'
        else 'neutral'
    end as polarity,
    landed.table_status as taken_from
from {{ source('dfe_lait', 'measures') }} as landed
inner join newest on landed._landing_id = newest.landing_id
where landed.topic in (
    'Adoption', 'Child Protection', 'Children in Need', 'Children''s Services Workforce', 'Looked After Children'
)
