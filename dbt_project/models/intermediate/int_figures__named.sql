-- The published figures that an indicator or the comparison with LAIT names: a small part of all. Kept by landing, as
-- the table of all figures is, so that a night reads again only what landed since.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['landing_id']}],
    pre_hook="{{ forget_landings(this) }}",
    post_hook="analyze {{ this }}",
) }}

{%- set missing = landings_missing_from(this, observed_sources()) if execute and is_incremental() else none %}

with named as (

    select
        source_id,
        table_name,
        measure,
        breakdown
    from {{ ref('int_indicators__parts') }}
    union
    select
        source_id,
        table_name,
        measure,
        breakdown
    from {{ ref('int_lait__parts') }}

)

select observations.*
from {{ ref('int_observations__unioned') }} as observations
inner join named
    on observations.source_id = named.source_id
    and observations.table_name = named.table_name
    and observations.measure = named.measure
    and coalesce(observations.breakdown, '') = named.breakdown
{%- if missing is not none %}
where {{ 'observations.landing_id in (' ~ missing | join(', ') ~ ')' if missing else 'false' }}
{%- endif %}
