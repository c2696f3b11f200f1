-- The catalogue of the practice marts: what each measure counts, and of what. It holds no figure of anybody.
select
    measure,
    measure_name,
    mart,
    "over",
    unit,
    interval_method,
    numerator_means,
    denominator_means,
    area_id
from {{ ref('practice_measures') }}
