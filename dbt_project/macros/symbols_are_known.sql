{#- Rows whose figure, area level or period is a word that nobody has defined. One scan for all figures. -#}
{% test symbols_are_known(model) %}
select
    source_id,
    table_name,
    release,
    source_line,
    measure,
    value_text
from {{ model }}
where value_status = 'unrecognised' or geographic_level like 'unrecognised%' or period_year is null
{% endtest %}
