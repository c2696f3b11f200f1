-- Episodes of care in the newest accepted delivery of each council, without identity: one row per episode.
select
    deliveries.council_id,
    deliveries.delivery_id,
    deliveries.as_of_date,
    episodes.child_pseudonym,
    episodes.decom::date as decom,
    episodes.dec::date as dec,
    episodes.ls as legal_status
from {{ source('ssda903', 'episodes') }} as episodes
inner join {{ source('ssda903', 'current_deliveries') }} as deliveries
    on episodes._delivery_id = deliveries.delivery_id
