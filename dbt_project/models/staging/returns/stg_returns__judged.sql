-- Every delivery that came in, in the order of the days that they describe.
with of_one_kind as (

    select
        deliveries.*,
        bool_and(deliveries.is_synthetic) over (
            partition by deliveries.council_id, deliveries.return_id
        ) as only_synthetic
    from {{ source('returns', 'deliveries') }} as deliveries
    where deliveries.verdict <> 'rejected'

)

select
    delivery_id,
    council_id,
    return_id,
    collection_year,
    as_of_date,
    received_at::date as received_on,
    is_synthetic,
    verdict,
    rows_in,
    rows_loaded,
    rows_quarantined,
    row_number() over of_year as place,
    row_number() over of_year = count(*) over (partition by council_id, return_id, collection_year) as is_newest
from of_one_kind
where is_synthetic = only_synthetic
window of_year as (partition by council_id, return_id, collection_year order by as_of_date, delivery_id)
