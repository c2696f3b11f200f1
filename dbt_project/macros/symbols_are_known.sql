{#- Figures, area levels and periods in words that nobody has declared. One scan for all figures. -#}
{% test symbols_are_known(model) %}
select
    value_text || ' as ' || measure || ' (' || geographic_level || ', period ' || period || '), line '
    || source_line || ' of ' || table_name || ' in ' || source_id || '/' || release as found
from {{ model }}
where value_status = 'unrecognised' or geographic_level like 'unrecognised%' or period_year is null
{% endtest %}
