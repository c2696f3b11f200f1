select
    compared.lait_code,
    rules.measure_name,
    compared.lait_area,
    compared.area_code,
    compared.area_name,
    compared.geographic_level,
    compared.year,
    compared.our_value,
    compared.our_status,
    compared.lait_value,
    compared.lait_status,
    compared.agreement,
    compared.difference,
    compared.explanation_class,
    compared.explanation,
    compared.release_id,
    rules.table_name,
    coalesce(rules.measure, rules.numerator) as measure,
    compared.source_line
from {{ ref('int_lait__compared') }} as compared
inner join {{ ref('lait_measures') }} as rules
    on compared.lait_code = rules.lait_code and compared.first_year = rules.first_year
