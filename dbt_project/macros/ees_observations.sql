{#- Turn one table of Explore Education Statistics (wide, a column per measure) into one row per area, period
    and measure. `breakdown` is the column that splits an area's rows, if the table has one.
    Only the landings in use are read: an older load of the same release stays in raw, unseen. -#}
{% macro ees_observations(source_id, table_name, measures, breakdown=none) -%}
select
    '{{ source_id }}'::text as source_id,
    '{{ table_name }}'::text as table_name,
    landed._release_id as release_id,
    landed._file_sha256 as file_sha256,
    landed._line as source_line,
    landed._landing_id as landing_id,
    case landed.geographic_level
        when 'Local authority' then 'la'
        when 'Regional' then 'region'
        when 'National' then 'national'
        else 'unrecognised: ' || coalesce(landed.geographic_level, 'nothing')
    end as geographic_level,
    case landed.geographic_level
        when 'Local authority' then landed.new_la_code
        when 'Regional' then landed.region_code
        else landed.country_code
    end as area_code,
    nullif(landed.old_la_code, '') as old_la_code,
    case landed.geographic_level
        when 'Local authority' then landed.la_name
        when 'Regional' then landed.region_name
        else landed.country_name
    end as area_name,
    {% if breakdown -%} landed.{{ breakdown }} {%- else -%} null::text {%- endif %} as breakdown,
    observed.measure,
    landed.time_period as period,
    case when {{ value_status('observed.value_text') }} = 'final' then observed.value_text::numeric end as value,
    {{ value_status('observed.value_text') }} as value_status,
    observed.value_text,
    observed.measure as source_column
from {{ source(source_id, table_name) }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
cross join lateral (
    values
    {%- for measure in measures %}
    ('{{ measure }}', coalesce(trim(landed.{{ measure }}), '')){{ "," if not loop.last }}
    {%- endfor %}
) as observed (measure, value_text)
{%- endmacro %}
