-- Each child looked after on the day described, by the standard data set; those on short breaks (V3, V4) are left out.
select distinct on (sent.council_id, sent.child_pseudonym)
    sent.council_id,
    sent.is_synthetic,
    sent.as_of_date as to_date,
    {{ april_before('sent.as_of_date') }} as from_date,
    sent.child_pseudonym,
    sent.care_pseudonym,
    -- Of a baby raw knows the month alone: a day that is not known makes nobody late.
    case
        when sent.entered_care_date_is_month then (sent.entered_care_date + interval '1 month - 1 day')::date
        else sent.entered_care_date
    end as entered_care_date
from {{ ref('stg_ssd__cla_episodes') }} as sent
where sent.ceased_date is null
    and not exists (
        select 1
        from {{ ref('stg_ssd__legal_status') }} as breaks
        where breaks.council_id = sent.council_id
            and breaks.child_pseudonym = sent.child_pseudonym
            and breaks.end_date is null
            and breaks.legal_status in ('V3', 'V4')
    )
order by sent.council_id, sent.child_pseudonym, sent.start_date desc
