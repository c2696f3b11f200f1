-- Each referral of the standard data set, and the child's first one after it was closed: of the next two, since a
-- referral may come while a case is still open. By order and not by a look at all others, which takes minutes.
with ordered as (

    select
        *,
        lead(referral_date) over in_order as next_date,
        lead(referral_date, 2) over in_order as date_after_next
    from {{ ref('stg_ssd__cin_episodes') }}
    window in_order as (partition by council_id, child_pseudonym order by referral_date, referral_pseudonym)

)

select
    council_id,
    is_synthetic,
    as_of_date,
    child_pseudonym,
    referral_pseudonym,
    referral_date,
    close_date,
    close_reason,
    case
        when next_date >= close_date then next_date
        when date_after_next >= close_date then date_after_next
    end as referred_again_on,
    coalesce(no_further_action, '') = 'Y' as is_without_action
from ordered
