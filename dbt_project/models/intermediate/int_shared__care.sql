-- depends_on: {{ ref('int_shared__windows') }} {{ ref('int_shared__sent') }}
-- depends_on: {{ ref('stg_ssda903__episodes') }}
-- depends_on: {{ ref('stg_ssda903__oc2') }}
-- depends_on: {{ ref('stg_ssda903__oc3') }}
-- depends_on: {{ ref('stg_ssda903__header') }}
-- depends_on: {{ ref('stg_ssda903__missing') }}
{{ config(materialized='ephemeral') }}
{{ as_at_month_ends('int_local__care', [
    'stg_ssda903__episodes',
    'stg_ssda903__oc2',
    'stg_ssda903__oc3',
    'stg_ssda903__header',
    'stg_ssda903__missing',
]) }}
