-- Every published observation in one shape: all sources, releases, areas, periods and measures. A table that each
-- build brings up to date by landing: the rows of one that no longer counts go, those of a new one come, both in
-- one transaction. When the rules change it is made anew (socialcare.warehouse.dbt).
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['landing_id'], 'type': 'brin'}],
    pre_hook="{{ forget_landings(this) }}",
    post_hook="analyze {{ this }}",
) }}

{%- if is_incremental() %}

with missing as (

    select current_landings.landing_id
    from {{ source('control', 'current_landings') }} as current_landings
    where not exists (
        select 1 from {{ this }} as held where held.landing_id = current_landings.landing_id
    )

)
{%- endif %}
{% for source_id in observed_sources() %}
select
    source_id,
    table_name,
    release,
    landing_id,
    source_line,
    geographic_level,
    area_code,
    old_la_code,
    area_name,
    period,
    period_year,
    breakdown,
    measure,
    value,
    value_status,
    value_text
from {{ ref('stg_' ~ source_id ~ '__observations') }}
{%- if is_incremental() %}
where landing_id in (select missing.landing_id from missing)
{%- endif %}
{{ "union all" if not loop.last }}
{%- endfor %}
