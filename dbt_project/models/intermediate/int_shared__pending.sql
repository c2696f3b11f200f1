-- The deliveries of the month ends that this build counts.
{{ config(materialized='ephemeral') }}
select * from {{ ref('int_shared__deliveries') }} where is_pending
