-- depends_on: {{ ref('int_shared__windows') }} {{ ref('int_shared__sent') }}
-- depends_on: {{ ref('stg_cin_census__cp_plans') }}
-- depends_on: {{ ref('stg_cin_census__cp_reviews') }}
{{ config(materialized='ephemeral') }}
{{ as_at_month_ends('int_local__reviews', [
    'stg_cin_census__cp_plans',
    'stg_cin_census__cp_reviews',
]) }}
