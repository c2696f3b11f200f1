{#- A judgement in Ofsted's own words. A blank is null (its reason is said in a status); anything else is kept
    for a test to refuse, never guessed at. -#}
{% macro judgement(column) -%}
    case
        when coalesce(trim({{ column }}), '') in ('', '-') then null
        when lower(trim({{ column }})) in ('requires improvement', 'requires improvement to be good')
            then 'Requires improvement to be good'
        when lower(trim({{ column }})) in ('outstanding', 'good', 'inadequate') then initcap(trim({{ column }}))
        else trim({{ column }})
    end
{%- endmacro %}

{#- The five judgements of an inspection, whose columns may carry a prefix (first_, second_). -#}
{% macro five_judgements(prefix='') -%}
    {%- for name in ['overall_effectiveness', 'leaders', 'help_and_protection', 'in_care', 'care_leavers'] %}
    {{ judgement('landed.' ~ prefix ~ name) }} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Where a row of a landed file came from. -#}
{% macro origin() -%}
    current_landings.release,
    landed._release_id as release_id,
    landed._file_sha256 as file_sha256,
    landed._line as source_line
{%- endmacro %}

{#- Judgements that are none of Ofsted's four words. -#}
{% test judgements_are_ofsteds_own(model) %}
select inspection_id, judgement
from {{ model }}
cross join lateral unnest(array[overall_effectiveness, leaders, help_and_protection, in_care, care_leavers])
    as judged (judgement)
where judgement not in ('Outstanding', 'Good', 'Requires improvement to be good', 'Inadequate')
{% endtest %}
