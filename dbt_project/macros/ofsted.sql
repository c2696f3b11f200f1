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

{#- Whether a row that may be about a council without any inspection is about one. -#}
{% macro has_been_inspected() -%}
    coalesce(lower(trim(landed.inspection_date)), '') not in ('', 'not yet inspected')
{%- endmacro %}

{#- Where a row of a landed file came from. -#}
{% macro origin() -%}
    current_landings.release,
    landed._release_id as release_id,
    landed._file_sha256 as file_sha256,
    landed._line as source_line
{%- endmacro %}

{#- Our key of an inspection or visit: council, day and, of visits, kind. -#}
{% macro inspection_id() -%}
    council_code || '/' || coalesce(named_by::text, 'not yet inspected')
    || case when not is_visit then '' when inspection_type ilike '%monitoring%' then '/monitoring' else '/visit' end
{%- endmacro %}

{#- The frameworks before ILACS: the columns of the history sheet of 2023 that hold each one's publication date
    and judgements. A re-inspection of one service is a framework of its own, as it has its own report. -#}
{% macro earlier_frameworks() -%}
    {%- set sif = {
        'help_and_protection': 'Children who need help and protection',
        'looked_after': 'Children looked after and achieving permanence',
        'adoption': 'Adoption performance',
        'care_leavers': 'Experiences and progress of care leavers',
        'leaders': 'Leadership, management and governance',
    } -%}
    {%- set frameworks = [
        ('SLAC', 'slac_publication_date', {
            'slac_safeguarding': 'Safeguarding: overall effectiveness',
            'slac_looked_after': 'Looked after children: overall effectiveness',
        }),
        ('SLAC re-inspection of safeguarding', 'slac_again_safeguarding_publication_date', {
            'slac_again_safeguarding': 'Safeguarding: overall effectiveness',
        }),
        ('SLAC re-inspection of looked after children', 'slac_again_looked_after_publication_date', {
            'slac_again_looked_after': 'Looked after children: overall effectiveness',
        }),
        ('CPI', 'cpi_publication_date', {'cpi_overall': 'Overall effectiveness'}),
        ('CPRI', 'cpri_publication_date', {'cpri_overall': 'Overall effectiveness'}),
        ('TLAC', 'tlac_publication_date', {'tlac_overall': 'Overall effectiveness'}),
        ('LSCB review', 'sif_publication_date', {'lscb_overall': 'Overall effectiveness'}),
    ] -%}
    {%- for name, prefix in [('SIF', 'sif_'), ('SIF re-inspection', 'sif_again_')] -%}
        {%- set columns = {prefix ~ 'overall': 'Overall effectiveness'} -%}
        {%- for column, judged in sif.items() -%}{%- do columns.update({prefix ~ column: judged}) -%}{%- endfor -%}
        {%- do frameworks.append((name, prefix ~ 'publication_date', columns)) -%}
    {%- endfor -%}
    {{ return(frameworks) }}
{%- endmacro %}

{#- Judgements that are none of Ofsted's four words: those of ILACS, in the columns of an inspection. -#}
{% test judgements_are_ofsteds_own(model) %}
select inspection_id, judgement
from {{ model }}
cross join lateral unnest(array[overall_effectiveness, leaders, help_and_protection, in_care, care_leavers])
    as judged (judgement)
where judgement not in ('Outstanding', 'Good', 'Requires improvement to be good', 'Inadequate')
{% endtest %}

{#- Frameworks and judgements of them that are not those of the history sheet, in rows of one judgement each. All
    frameworks share four words: Ofsted restates Adequate, the third grade until 2013. -#}
{% test judgements_belong_to_their_framework(model) %}
select framework, judgement_name, judgement
from {{ model }}
where
    judgement not in ('Outstanding', 'Good', 'Requires improvement to be good', 'Inadequate')
    or (framework, judgement_name) not in (
        {%- for framework, _, judged in earlier_frameworks() %}
        {%- set last = loop.last %}
        {%- for name in judged.values() %}
        ('{{ framework }}', '{{ name }}'){{ "," if not (last and loop.last) }}
        {%- endfor %}
        {%- endfor %}
    )
{% endtest %}
