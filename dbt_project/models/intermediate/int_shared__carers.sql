-- depends_on: {{ ref('int_shared__windows') }} {{ ref('int_shared__sent') }}
-- depends_on: {{ ref('stg_ssd__cla_episodes') }}
-- depends_on: {{ ref('stg_ssd__legal_status') }}
-- depends_on: {{ ref('stg_ssd__person') }}
-- depends_on: {{ ref('stg_ssd__cla_placement') }}
{{ config(materialized='ephemeral') }}
{{ as_at_month_ends('int_local__carers', [
    'stg_ssd__cla_episodes',
    'stg_ssd__legal_status',
    'stg_ssd__person',
    'stg_ssd__cla_placement',
]) }}
