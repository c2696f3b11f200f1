{#- Turn one published table of figures (wide, a column per measure) into one row per area, period, breakdown and
    measure. The generated staging models call it, once for each table that a source declares.

    geography   the columns that say which area and period, where the file lacks one of the usual nine
    filters     the columns that split an area's rows, together the breakdown: 'age=17 to 18; activity=Total'
    measures    the columns of figures; in durations a cell may be years and months (0:11), which is given in months
    symbols     what may stand in a figure's place: (symbol, status, releases, none meaning all); the last one wins
    words       the publisher's other words: (releases, column, their word, our word)

    Only the landings in use are read: an older load of the same release stays in raw, unseen. An empty cell is no
    observation, for an older edition may lack a column; where '(blank)' is declared it is one, if the file has
    the column. -#}
{% macro observations(
    source_id, table_name, measures, geography=[], filters=[], durations=[], thousands=false, symbols=[], words=[]
) -%}
{%- set geography = geography or [
    'time_period', 'geographic_level', 'country_code', 'country_name', 'region_code', 'region_name',
    'old_la_code', 'new_la_code', 'la_name',
] -%}
{%- set blank = symbols | selectattr(0, 'equalto', '(blank)') | list | length > 0 -%}
{%- set text = "replace(observed.value_text, ',', '')" if thousands else 'observed.value_text' -%}
{%- set status = value_status(text, symbols, durations) -%}
select
    '{{ source_id }}'::text as source_id,
    '{{ table_name }}'::text as table_name,
    landing.release,
    landed._landing_id as landing_id,
    landed._line as source_line,
    {{ area_level(geography, words) }} as geographic_level,
    {{ by_level('code', geography, words) }} as area_code,
    {{ "nullif(trim(landed.old_la_code), '')" if 'old_la_code' in geography else 'null::text' }} as old_la_code,
    {{ by_level('name', geography, words) }} as area_name,
    {%- set period = 'trim(landed.time_period)' if 'time_period' in geography else 'landing.release' %}
    {{ period }} as period,
    {{ year_of_period(period) }} as period_year,
    {%- if filters %}
    {% for column in filters -%}
        '{{ "; " if not loop.first }}{{ column }}=' || coalesce({{ our_word(column, words) }}, '')
        {%- if not loop.last %} || {% endif %}
    {%- endfor %} as breakdown,
    {%- else %}
    null::text as breakdown,
    {%- endif %}
    observed.measure,
    case
        when {{ status }} <> 'final' then null
        {%- if durations %}
        when observed.measure in ({{ quoted(durations) }}) and {{ text }} like '%:%'
            then split_part({{ text }}, ':', 1)::numeric * 12 + split_part({{ text }}, ':', 2)::numeric
        {%- endif %}
        else ({{ text }})::numeric
    end as value,
    {{ status }} as value_status,
    coalesce(observed.value_text, '') as value_text
from {{ source(source_id, table_name) }} as landed
inner join {{ source('control', 'current_landings') }} as landing
    on landed._landing_id = landing.landing_id
{%- if blank %}
inner join (
    select
        _landing_id
        {%- for measure in measures %},
        bool_or({{ measure }} is not null) as {{ measure }}
        {%- endfor %}
    from {{ source(source_id, table_name) }}
    group by _landing_id
) as held
    on landed._landing_id = held._landing_id
{%- endif %}
cross join lateral (
    values
    {%- for measure in measures %}
    ('{{ measure }}', nullif(trim(landed.{{ measure }}), ''){{ ", held." ~ measure if blank }}){{ "," if not loop.last }}
    {%- endfor %}
) as observed (measure, value_text{{ ", is_in_file" if blank }})
where observed.value_text is not null {{- " or observed.is_in_file" if blank }}
{%- endmacro %}


{#- final where a number stands; else what the symbol means in that release. A word that nobody declared becomes
    unrecognised, and a test stops the build: a symbol is never zero, and never dropped without a reason. -#}
{% macro value_status(text, symbols, durations) -%}
    case
        {%- if durations %}
        when observed.measure in ({{ quoted(durations) }}) and {{ text }} ~ '^[0-9]+:(0?[0-9]|1[01])$' then 'final'
        {%- endif %}
        when {{ text }} ~ '^-?([0-9]+[.]?[0-9]*|[.][0-9]+)$' then 'final'
        {%- for symbol, status, releases in symbols | reverse %}
        when {% if symbol == '(blank)' %}{{ text }} is null
            {%- else %}lower({{ text }}) = '{{ symbol | lower | replace("'", "''") }}'{% endif %}
            {%- if releases %} and landing.release in ({{ quoted(releases) }}){% endif %} then '{{ status }}'
        {%- endfor %}
        else 'unrecognised'
    end
{%- endmacro %}


{#- A column's word, in the words of the other releases. -#}
{% macro our_word(column, words) -%}
    {%- set others = words | selectattr(1, 'equalto', column) | list -%}
    {%- if others -%}
    case
        {%- for releases, _, theirs, ours in others %}
        when landing.release in ({{ quoted(releases) }}) and trim(landed.{{ column }}) = '{{ theirs | replace("'", "''") }}'
            then '{{ ours | replace("'", "''") }}'
        {%- endfor %}
        else trim(landed.{{ column }})
    end
    {%- else -%}
    trim(landed.{{ column }})
    {%- endif -%}
{%- endmacro %}


{#- la, region or national; where the file has no such column, by the codes that it gives. -#}
{% macro area_level(geography, words) -%}
    {%- if 'geographic_level' in geography -%}
    case {{ our_word('geographic_level', words) }}
        when 'Local authority' then 'la'
        when 'Regional' then 'region'
        when 'National' then 'national'
        else 'unrecognised: ' || coalesce(landed.geographic_level, 'nothing')
    end
    {%- else -%}
    case
        {%- if 'new_la_code' in geography %}
        when nullif(trim(landed.new_la_code), '') is not null then 'la'
        {%- endif %}
        {%- if 'region_code' in geography %}
        when nullif(trim(landed.region_code), '') is not null then 'region'
        {%- endif %}
        else 'national'
    end
    {%- endif -%}
{%- endmacro %}


{#- The area's code or name: the council's, the region's or the country's, whichever the file gives. -#}
{% macro by_level(what, geography, words) -%}
    case
        {%- for level, column in [
            ('la', 'new_la_code' if what == 'code' else 'la_name'),
            ('region', 'region_' ~ what),
            ('national', 'country_' ~ what),
        ] if column in geography %}
        when {{ area_level(geography, words) }} = '{{ level }}' then {{ our_word(column, words) }}
        {%- endfor %}
    end
{%- endmacro %}


{#- The year in which a period ends: 2024 in 2024, 202324 (September 2023 to August 2024) in 2024. -#}
{% macro year_of_period(period) -%}
    case
        when {{ period }} ~ '^[0-9]{4}$' then {{ period }}::integer
        when {{ period }} ~ '^[0-9]{6}$' then left({{ period }}, 4)::integer + 1
    end
{%- endmacro %}


{#- Words as SQL text, with commas between them. -#}
{% macro quoted(words) -%}
    {%- for word in words %}'{{ word | replace("'", "''") }}'{{ ", " if not loop.last }}{% endfor -%}
{%- endmacro %}
