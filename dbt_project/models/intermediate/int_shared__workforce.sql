-- depends_on: {{ ref('int_shared__windows') }} {{ ref('int_shared__sent') }}
-- depends_on: {{ ref('stg_csww__workers') }}
-- depends_on: {{ ref('stg_csww__la_level') }}
{{ config(materialized='ephemeral') }}
{{ as_at_month_ends('int_local__workforce', [
    'stg_csww__workers',
    'stg_csww__la_level',
]) }}
