{#- Areas that are no council, no region and not England: a fire or police body (E31, E23), a district, a new code.
    A joint return ('E09000021 / E09000027') is known by each of its councils. -#}
{% test areas_are_known(model) %}
with areas as (

    select
        geographic_level,
        area_code,
        min(area_name) as area_name,
        min(table_name || ' in ' || source_id || '/' || release) as first_seen
    from {{ model }}
    group by geographic_level, area_code

)

select
    coalesce(areas.area_code, 'no code') || ' (' || coalesce(areas.area_name, 'no name') || ') as '
    || areas.geographic_level || ' in ' || areas.first_seen as found
from areas
where
    areas.area_code is null
    or exists (
        select 1
        from unnest(string_to_array(areas.area_code, ' / ')) as part (code)
        left join {{ ref('councils') }} as councils
            on areas.geographic_level = 'la' and part.code = councils.council_code
        left join {{ ref('regions') }} as regions
            on areas.geographic_level = 'region' and part.code = regions.region_code
        where
            councils.council_code is null
            and regions.region_code is null
            and not (areas.geographic_level = 'national' and part.code = 'E92000001')
    )
order by found
{% endtest %}
