select
    indicator_id,
    indicator_name,
    question,
    unit,
    decimals,
    polarity,
    banded,
    period_type,
    source_id,
    table_name,
    measure as source_column,
    breakdown as source_rows,
    lait_code,
    owner,
    caveat
from {{ ref('indicator_rules') }}
