-- Whether to compare with DfE's tool (LAIT) anew: one row when a landing of LAIT's or of a release that its rules name
-- has come or gone since, else none. LAIT's rules are of releases long out, so that most nights have none.
{{ config(materialized='table') }}

{%- set compared = load_relation(this.incorporate(path={'identifier': 'int_lait__compared'})) if execute %}
{%- set held = compared if compared and not flags.FULL_REFRESH %}

with landed as (

    select
        current_landings.landing_id,
        current_landings.source_id = 'dfe_lait' as is_lait
    from {{ source('control', 'current_landings') }} as current_landings
    where
        current_landings.source_id = 'dfe_lait'
        or exists (
            select 1
            from {{ ref('int_lait__parts') }} as parts
            where
                parts.source_id = current_landings.source_id
                and parts.table_name = current_landings.table_name
                and parts.release = current_landings.release
        )

),

made as (

    select
        coalesce(bool_or(is_lait), false) as lait_is_held,
        md5(coalesce(string_agg(landing_id::text, ' ' order by landing_id), '')) as made_of
    from landed

)

select lait_is_held, made_of
from made
{%- if held %}
where not exists (select 1 from {{ held }} as compared where compared.made_of = made.made_of)
{%- endif %}
