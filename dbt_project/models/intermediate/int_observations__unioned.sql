-- Every published observation in one shape: all sources, releases, areas, periods and measures. A table that each
-- build brings up to date by landing: the rows of one that no longer counts go, those of a new one come, both in
-- one transaction. When the rules change it is made anew (socialcare.warehouse.dbt).
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['landing_id']}],
    pre_hook="{{ forget_landings(this) }}",
    post_hook="analyze {{ this }}",
) }}

{%- set missing = landings_missing_from(this, observed_sources()) if execute and is_incremental() else none %}
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
{%- if missing is not none %}
where {{ 'landing_id in (' ~ missing | join(', ') ~ ')' if missing else 'false' }}
{%- endif %}
{{ "union all" if not loop.last }}
{%- endfor %}
