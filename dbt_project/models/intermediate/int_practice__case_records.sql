-- By which return a council's visits, reviews and assessments are known: the standard data set, unless it is more than a
-- week older than the newest Annex A.
with newest as (

    select
        *,
        max(as_of_date) over (partition by council_id) as last_day
    from {{ ref('stg_returns__deliveries') }}
    where is_newest and return_id in ('ssd', 'annex_a')

)

select distinct on (council_id)
    council_id,
    return_id,
    delivery_id,
    as_of_date,
    is_synthetic
from newest
order by council_id asc, (return_id = 'ssd' and as_of_date >= last_day - 7) desc, as_of_date desc
