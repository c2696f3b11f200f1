-- Tables just loaded have no statistics: the planner would take each join for one of a few rows, and loop over all.
{{ config(pre_hook="set local enable_nestloop = off; set local jit = off") }}
select
    senders.council_code,
    councils.council_name,
    programmes.programme,
    programmes.team,
    programmes.began_on,
    programmes.workers,
    programmes.is_synthetic
from {{ ref('int_practice__programmes') }} as programmes
inner join {{ ref('delivering_councils') }} as senders
    on programmes.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
