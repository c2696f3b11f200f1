-- Children with an open episode on the day the delivery describes. Short breaks (V3, V4) are not being looked
-- after in the published count, so a child with nothing else is not counted.
select
    episodes.council_id,
    count(distinct episodes.child_pseudonym) as children_looked_after
from {{ ref('stg_ssda903__episodes') }} as episodes
where
    episodes.decom <= episodes.as_of_date
    and (episodes.dec is null or episodes.dec > episodes.as_of_date)
    and coalesce(episodes.legal_status, '') not in ('V3', 'V4')
group by episodes.council_id
