{#- The landings that count now, of these sources, of which a table kept by landing has no row. Asked for before the
    model's own statement, so that it names them: a condition that the planner can take into every published table,
    where one that compares with a subquery would have all of them read and thrown away. -#}
{% macro landings_missing_from(relation, source_ids) -%}
    {%- set query -%}
    select current_landings.landing_id
    from {{ source('control', 'current_landings') }} as current_landings
    where
        current_landings.source_id in ({{ quoted(source_ids) }})
        and not exists (
            select 1 from {{ relation }} as held where held.landing_id = current_landings.landing_id
        )
    order by current_landings.landing_id
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{#- Take out of a table kept by landing the rows of landings that no longer count. Nothing on a first build. -#}
{% macro forget_landings(relation) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ relation }} as held
    where held.landing_id in (
        select landings.landing_id
        from {{ source('control', 'landings') }} as landings
        where not exists (
            select 1
            from {{ source('control', 'current_landings') }} as current_landings
            where current_landings.landing_id = landings.landing_id
        )
    )
    {%- endif -%}
{%- endmacro %}

{#- The landings of each table whose figures are in the table of all figures now. Not those that count: one may have
    landed since that table was made, and what was not compared must not be noted as compared. -#}
{% macro landings_observed() -%}
    select
        landings.source_id,
        landings.table_name,
        string_agg(landings.landing_id::text, ' ' order by landings.landing_id) as landings,
        count(*) as releases
    from {{ source('control', 'landings') }} as landings
    where exists (
        select 1 from {{ ref('int_observations__unioned') }} as observed where observed.landing_id = landings.landing_id
    )
    group by landings.source_id, landings.table_name
{%- endmacro %}

{#- Take out of a table of comparisons every published table whose landings are no longer those compared. -#}
{% macro forget_compared(relation) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ relation }} as held
    using (
        select compared.source_id, compared.table_name
        from {{ relation }} as compared
        left join (
            {{ landings_observed() | indent(12) }}
        ) as current_landings
            on compared.source_id = current_landings.source_id
            and compared.table_name = current_landings.table_name
        where compared.measure is null and compared.landings is distinct from current_landings.landings
    ) as outdated
    where held.source_id = outdated.source_id and held.table_name = outdated.table_name
    {%- endif -%}
{%- endmacro %}

{#- Take out of a table kept by indicator the rows of the indicators that this build compares anew. -#}
{% macro forget_pending(relation) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ relation }} as held
    where held.indicator_id in (select pending.indicator_id from {{ ref('int_indicators__pending') }} as pending)
    {%- endif -%}
{%- endmacro %}

{#- Empty the comparison with LAIT when it is to be made anew. -#}
{% macro forget_lait(relation) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ relation }} where exists (select 1 from {{ ref('int_lait__pending') }})
    {%- endif -%}
{%- endmacro %}
