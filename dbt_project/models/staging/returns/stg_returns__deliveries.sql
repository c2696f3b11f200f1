-- The delivery that counts for each council, return and collection year: the newest by the day it describes.
-- A council that sends the real thing has no SYNTHETIC deliveries of that return any more.
with of_one_kind as (

    select
        deliveries.*,
        bool_and(deliveries.is_synthetic) over (
            partition by deliveries.council_id, deliveries.return_id
        ) as only_synthetic
    from {{ source('returns', 'deliveries') }} as deliveries
    where deliveries.verdict <> 'rejected'

),

of_each_year as (

    select distinct on (council_id, return_id, collection_year)
        delivery_id,
        council_id,
        return_id,
        collection_year,
        as_of_date,
        is_synthetic,
        verdict,
        received_at
    from of_one_kind
    where is_synthetic = only_synthetic
    order by council_id asc, return_id asc, collection_year asc, as_of_date desc, delivery_id desc

)

select
    of_each_year.*,
    row_number() over (
        partition by council_id, return_id
        order by collection_year desc nulls last, as_of_date desc, delivery_id desc
    ) = 1 as is_newest
from of_each_year
