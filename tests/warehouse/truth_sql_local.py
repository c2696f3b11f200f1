"""Figures that local records, the SSD and Annex A carry, worked out from raw by plain SQL. See ``truth_sql``."""

from __future__ import annotations

from .truth_sql import DAY, YEAR, share_of

_BACK = f"(select * from raw.local_records__return_home_interviews where returned_on {YEAR})"
_LAST = f"(select distinct on (child_pseudonym) * from {_BACK} b order by child_pseudonym, returned_on desc)"
_AUDITS = (
    "(select *, coalesce(nullif(moderated_grade, ''), grade) as final from raw.local_records__case_audits c"
    f" where audited_on {YEAR})"
)
_STAFF = f"(select * from raw.local_records__staff s where ended is null or ended > {DAY})"
_BOOKED = (
    "(select a.* from raw.local_records__training_attendance a"
    f" join raw.local_records__training_sessions s using (session) where held_on {YEAR})"
)
_FORMS = (
    "(select f.* from raw.local_records__training_feedback f"
    f" join raw.local_records__training_sessions s using (session) where held_on {YEAR} and rating is not null)"
)
#: The day on which each team's people first came to the programme.
_BEGUN = (
    "(select w.team, min(s.held_on) as begun from raw.local_records__training_sessions s"
    " join raw.local_records__training_attendance a using (session)"
    " join raw.local_records__staff w using (staff_pseudonym) where s.programme = 'REL-1' group by 1)"
)
_GOOD = "grade in ('OUT', 'GOOD')"
_VOICE = "('VOICE_INVOLVED', 'VOICE_UNDERSTOOD', 'VOICE_OPPORTUNITY', 'VOICE_MEETINGS')"
LOCAL_RECORDS = {
    "MIS01": share_of(_LAST, "offered = 'Y'"),
    "MIS02": f"select count(*) filter (where accepted = 'Y'), count(*) filter (where offered = 'Y') from {_LAST} l",
    "MIS03": share_of(
        f"(select * from {_BACK} b where interviewed_on is not null)",
        "(interviewed_on + interviewed_at::time) - (returned_on + returned_at::time) <= interval '72 hours'",
    ),
    "EH05": share_of(
        f"(select * from raw.local_records__family_plan_reviews r where due_on {YEAR})", "reviewed_on <= due_on"
    ),
    "SB01": f"""select coalesce(sum(started_on - assessed_on), 0), count(*) from raw.local_records__short_breaks
        where started_on {YEAR}""",
    "QA01": share_of(_AUDITS, "final in ('OUT', 'GOOD')"),
    "QA02": share_of(_AUDITS, "family_feedback_asked = 'Y' and family_feedback_received = 'Y'"),
    # An audit that leaves one of the four questions open is left out: what is not answered is not no.
    "QA03": f"""
        select count(*) filter (where yes = 4), count(*) filter (where answered = 4)
        from (select count(*) filter (where answer = 'Y') as yes, count(nullif(answer, '')) as answered
              from {_AUDITS} a join raw.local_records__audit_answers q using (audit_pseudonym)
              where question in {_VOICE} group by audit_pseudonym) audits""",
    "QA04": share_of(f"(select * from {_AUDITS} a where moderated_on is not null)", "grade = moderated_grade"),
    "QA05": share_of(
        f"(select * from raw.local_records__audit_actions a where due_on <= {DAY})", "closed_on <= due_on"
    ),
    **{
        f"QA01_{name}": f"select count(*) from {_AUDITS} a where final = '{code}'"
        for name, code in (("outstanding", "OUT"), ("good", "GOOD"), ("requires", "RI"), ("inadequate", "INAD"))
    },
    "QA06": share_of(
        f"(select * from {_STAFF} s where started <= {DAY} - 35)",
        "exists (select 1 from raw.local_records__supervision v where v.staff_pseudonym = t.staff_pseudonym"
        f" and v.held_on > {DAY} - 35)",
    ),
    "LD01": share_of(
        f"(select * from {_STAFF} s where agency = 'N' and started <= {DAY} - 365)",
        "exists (select 1 from raw.local_records__appraisals a where a.staff_pseudonym = t.staff_pseudonym"
        f" and a.kind = 'ANNUAL' and a.held_on > {DAY} - 365 and a.held_on <= {DAY})",
    ),
    "LD03": share_of(_BOOKED, "attended = 'Y'"),
    "LD04": share_of(_FORMS, "rating >= 4"),
    "SV01": """select sum(count) filter (where option in ('AGREE', 'S_AGREE')), max(n)
        from raw.local_records__staff_survey where question = 'Q1'""",
    "SV02": "select max(responses), max(invited) from raw.local_records__staff_survey",
    "MIS04": share_of(
        _BACK,
        "(interviewed_on + interviewed_at::time) - (returned_on + returned_at::time) <= interval '72 hours'",
    ),
    "EH04": share_of(
        f"(select * from raw.local_records__step_decisions d where decided_on {YEAR})", "family_told_before = 'Y'"
    ),
    "SB02": """select count(*) from raw.local_records__short_breaks
        where assessed_on is not null and started_on is null""",
    "LD02": share_of("(select * from raw.local_records__asye a where finished_on is not null)", "result = 'PASS'"),
    "LD05": share_of(
        "(select f.* from raw.local_records__training_feedback f"
        f" join raw.local_records__training_sessions s using (session) where held_on {YEAR})",
        "confidence_after > confidence_before",
    ),
    "IMP02": f"select count(*) from {_BEGUN} b",
    "IMP03": share_of(f"(select a.* from {_AUDITS} a join {_BEGUN} b using (team) where audited_on >= begun)", _GOOD),
    "IMP04": share_of(
        f"(select a.* from {_AUDITS} a left join {_BEGUN} b using (team) where begun is null or audited_on < begun)",
        _GOOD,
    ),
    "CL06": share_of("raw.local_records__pathway_plans", f"last_review_on > {DAY} - 183"),
}

_REFERRALS = "raw.ssd__cin_episodes"
_CARE = (
    "(select distinct on (child_pseudonym) * from raw.ssd__cla_episodes e where ceased_date is null and"
    " child_pseudonym not in (select child_pseudonym from raw.ssd__legal_status where end_date is null"
    " and legal_status in ('V3', 'V4')) order by child_pseudonym, start_date desc)"
)
_DONE = f"(select * from raw.ssd__cin_assessments a where authorised_date {YEAR})"
_HELD = (
    "(select c.*, s.start_date from raw.ssd__initial_cp_conference c join raw.ssd__s47_enquiry s"
    f" using (enquiry_pseudonym) where conference_date {YEAR})"
)
SSD = {
    "CLA01n": f"select count(*) from {_CARE} c",
    "CON01": f"select count(*) from raw.ssd__contacts where contact_date {YEAR}",
    "CIN01n": f"select count(*) from {_REFERRALS} where close_date is null",
    "CIN02n": f"select count(*) from {_REFERRALS} where referral_date {YEAR}",
    "CIN03": f"""
        select count(*) filter (where before + interval '12 months' >= referral_date), count(*)
        from (select *, lag(referral_date) over (partition by child_pseudonym order by referral_date) as before
              from {_REFERRALS} r) referrals where referral_date {YEAR}""",
    "CIN04": share_of(f"(select * from {_REFERRALS} r where referral_date {YEAR})", "no_further_action = 'Y'"),
    "CIN05n": f"select count(*) from {_DONE} a",
    "CIN05": share_of(_DONE, "authorised_in_time"),  # counted at the door, from whole days
    "CIN06n": f"select count(*) from raw.ssd__s47_enquiry where start_date {YEAR}",
    "CIN07n": f"select count(*) from {_HELD} c",
    "CIN08": share_of(_HELD, "held_in_time"),
    "CIN09n": "select count(*) from raw.ssd__cp_plans where end_date is null",
    "CIN10n": f"select count(*) from raw.ssd__cp_plans where start_date {YEAR}",
    "CIN17n": "select count(*) from raw.ssd__cin_plans where end_date is null",
    "CIN18": share_of(
        _DONE,
        "exists (select 1 from raw.ssd__assessment_factors f where f.assessment_pseudonym = t.assessment_pseudonym"
        """ and f.factors like '%%"3B"%%')""",
    ),
    # The carer of today for 24 months, of those under 16 who have been in care for 30.
    "CLA05": f"""
        select count(*) filter (where p.start_date + interval '24 months' <= {DAY}), count(*)
        from {_CARE} c join raw.ssd__cla_placement p using (placement_pseudonym)
        join raw.ssd__person h on h.child_pseudonym = c.child_pseudonym
        where c.entered_care_date + interval '30 months' <= {DAY}
          and h.birth_month + interval '16 years' > {DAY}""",
    # 20 working days after the day care began: four weeks, from the Friday before where it began at a weekend (no bank
    # holiday lies so near to the day that the files describe). Of a baby that came into care in the month of its birth
    # or the next, raw knows the month alone: a day that is not known makes nobody late.
    "CLA14": f"""
        with known as (select *, case when entered_care_date_is_month
                 then (entered_care_date + interval '1 month - 1 day')::date else entered_care_date end as entered
                 from {_CARE} c),
             stays as (select *, entered
                 - (case extract(isodow from entered) when 6 then 1 when 7 then 2 else 0 end)::int + 28
                 as first_due from known),
             held as (select care_pseudonym, review_date,
                             row_number() over (partition by care_pseudonym order by review_date) as nth,
                             lead(review_date) over (partition by care_pseudonym order by review_date) as following
                      from raw.ssd__cla_reviews),
             due as (select care_pseudonym, first_due::timestamp as due,
                            (select min(review_date) from held h where h.care_pseudonym = s.care_pseudonym) as done
                     from stays s
                     union all
                     select care_pseudonym, review_date + case nth when 1 then interval '3 months'
                            else interval '6 months' end, following from held)
        select count(*) filter (where not exists (
                   select 1 from due d where d.care_pseudonym = s.care_pseudonym and d.due < {DAY}
                   and coalesce(d.done, date '2100-01-01') > d.due
                   and coalesce(d.done, date '2100-01-01') >= date '2025-04-01')), count(*)
        from stays s where first_due < {DAY}""",
}

_LIST_8 = "(select * from raw.annex_a__children_in_care c where care_end is null)"
ANNEX_A = {
    "CLA01n": f"select count(*) from {_LIST_8} c",
    "CIN01n": "select count(*) from raw.annex_a__children_in_need where cin_end is null",
    "CIN09n": "select count(*) from raw.annex_a__child_protection where plan_end is null",
    **{
        f"CLA_{name}": share_of(_LIST_8, condition)
        for name, condition in (
            *(("FOSTER", "placement like 'U%%'"), ("HOME", "placement = 'K2'"), ("PARENTS", "placement = 'P1'")),
            *((code, f"legal_status = '{code}'") for code in ("C1", "C2", "E1", "V2")),
        )
    },
    **{
        f"CIN12_{code}": share_of(
            "(select * from raw.annex_a__child_protection p where plan_end is null)", f"abuse_latest = '{code}'"
        )
        for code in ("NEG", "PHY", "SAB", "EMO", "MUL")
    },
}

#: What two returns carry together.
TOGETHER = {
    "EH02": f"""
        select (select count(*) from raw.local_records__step_decisions where to_tier = '4' and decided_on {YEAR}),
               (select count(*) from raw.ssd__early_help_episodes where end_date {YEAR})""",
    # Of cases open for a year or more: who led in the last 365 days.
    "EH06": f"""
        select count(*) filter (where leads >= 3), count(*)
        from (select c._line, count(distinct l.staff_pseudonym) as leads
              from raw.cin_census__cin_details c
              left join raw.local_records__lead_practitioners l on l.child_pseudonym = c.child_pseudonym
                   and (l.ended is null or l.ended >= {DAY} - 365)
              where c.closure_date is null and c.no_further_action not in ('1', 'true')
                and c.referral_date <= {DAY} - 365 group by c._line) cases""",
}
