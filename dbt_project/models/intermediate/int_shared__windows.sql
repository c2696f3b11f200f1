-- depends_on: {{ ref('int_shared__pending') }}
{{ config(materialized='ephemeral') }}
{{ as_at_month_ends('int_local__windows') }}
