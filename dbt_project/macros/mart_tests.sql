{#- Rows that share a key which should be theirs alone. -#}
{% test one_row_per(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- A number is there exactly when its status says so. -#}
{% test figure_has_a_reason(model) %}
select council_code, indicator_id, period
from {{ model }}
where (value is not null) <> (value_status in ('final', 'provisional', 'rounded'))
{% endtest %}

{#- Figures compared with another of the same release. -#}
{% test changes_run_forward(model) %}
select source_id, table_name, measure, breakdown, area_code, period, release_from
from {{ model }}
where release_from >= release_to
{% endtest %}
