-- depends_on: {{ ref('int_shared__windows') }} {{ ref('int_shared__sent') }}
-- depends_on: {{ ref('stg_cin_census__cin_details') }}
-- depends_on: {{ ref('stg_cin_census__assessments') }}
-- depends_on: {{ ref('stg_cin_census__section47') }}
-- depends_on: {{ ref('stg_cin_census__cp_plans') }}
-- depends_on: {{ ref('stg_ssd__cin_episodes') }}
{{ config(materialized='ephemeral') }}
{{ as_at_month_ends('int_local__need', [
    'stg_cin_census__cin_details',
    'stg_cin_census__assessments',
    'stg_cin_census__section47',
    'stg_cin_census__cp_plans',
    'stg_ssd__cin_episodes',
]) }}
