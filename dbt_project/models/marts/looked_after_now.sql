with deliveries as (

    -- One return holds the episodes; should there ever be two, the newest speaks.
    select distinct on (council_id)
        council_id,
        as_of_date,
        is_synthetic
    from {{ source('ssda903', 'current_deliveries') }}
    order by council_id, as_of_date desc, received_at desc

),

populations as (

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
    deliveries.as_of_date,
    case when deliveries.council_id is not null then coalesce(counted.children_looked_after, 0) end
        as children_looked_after,
    case when deliveries.council_id is null then 'not_available' else 'provisional' end as value_status,
    round(
        10000.0
        * case when deliveries.council_id is not null then coalesce(counted.children_looked_after, 0) end
        / nullif(populations.population_0_17, 0),
        1
    ) as rate_per_10000,
    case
        when deliveries.council_id is null or populations.population_0_17 is null then 'not_available'
        else 'provisional'
    end as rate_status,
    populations.population_0_17,
    populations.population_year,
    deliveries.is_synthetic
from {{ ref('delivering_councils') }} as senders
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join deliveries
    on senders.council_id = deliveries.council_id
left join {{ ref('int_looked_after__counted') }} as counted
    on senders.council_id = counted.council_id
left join populations
    on senders.council_code = populations.area_code
