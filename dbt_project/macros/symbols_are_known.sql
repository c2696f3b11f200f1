{#- Rows whose figure or area level is a word that nobody has defined. One scan for a whole table of figures. -#}
{% test symbols_are_known(model) %}
select
    release_id,
    source_line,
    measure,
    geographic_level,
    value_text
from {{ model }}
where value_status = 'unrecognised' or geographic_level like 'unrecognised%'
{% endtest %}
