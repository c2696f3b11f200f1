with populations as (

    select distinct on (area_code)
        area_code,
        release as population_year,
        population_0_17
    from {{ ref('stg_ons_population__mid_years') }}
    order by area_code, release desc

)

select
    senders.council_code,
    councils.council_name,
    counted.as_of_date,
    counted.children_looked_after,
    case when counted.council_id is null then 'not_available' else 'provisional' end as value_status,
    round(
        10000.0 * counted.children_looked_after / nullif(populations.population_0_17, 0),
        1
    ) as rate_per_10000,
    case
        when counted.council_id is null or populations.population_0_17 is null then 'not_available'
        else 'provisional'
    end as rate_status,
    populations.population_0_17,
    populations.population_year,
    counted.is_synthetic
from {{ ref('delivering_councils') }} as senders
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join {{ ref('int_looked_after__counted') }} as counted
    on senders.council_id = counted.council_id
left join populations
    on senders.council_code = populations.area_code
