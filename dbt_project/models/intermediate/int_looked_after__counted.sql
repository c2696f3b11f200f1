-- Children with an open episode on the day the newest delivery describes. Short breaks (V3, V4) are not being looked
-- after in the published count, so a child with nothing else is not counted.
select
    deliveries.council_id,
    deliveries.as_of_date,
    deliveries.is_synthetic,
    count(distinct episodes.child_pseudonym) as children_looked_after
from {{ ref('stg_returns__deliveries') }} as deliveries
left join {{ ref('stg_ssda903__episodes') }} as episodes
    on deliveries.delivery_id = episodes.delivery_id
    and episodes.decom <= deliveries.as_of_date
    and (episodes.dec is null or episodes.dec > deliveries.as_of_date)
    and coalesce(episodes.ls, '') not in ('V3', 'V4')
where deliveries.return_id = 'ssda903' and deliveries.is_newest
group by deliveries.council_id, deliveries.as_of_date, deliveries.is_synthetic
