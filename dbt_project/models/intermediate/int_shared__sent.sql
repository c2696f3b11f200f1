-- The deliveries that the month ends of this build read, once each.
{{ config(materialized='ephemeral') }}
select distinct on (delivery_id)
    split_part(council_id, ' ', 1) as council_id,
    delivery_id,
    as_of_date,
    collection_year,
    is_synthetic,
    true as is_newest
from {{ ref('int_shared__pending') }}
order by delivery_id
