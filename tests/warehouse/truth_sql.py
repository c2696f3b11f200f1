"""Each figure worked out from raw by plain SQL, from DfE's definition of it: numerator, then denominator.

The collection year is 1 April 2025 to 31 March 2026 and all of it is known; the workforce census is of 30 September
2025. No line of the generator is called here. ``raw.x`` means one council's rows of that table.
"""

from __future__ import annotations

YEAR = "between date '2025-04-01' and date '2026-03-31'"
DAY = "date '2026-03-31'"
#: Children looked after leave out those on short breaks (V3, V4).
IN_CARE = "(select * from raw.ssda903__episodes where ls not in ('V3', 'V4'))"
NOW = "(select * from raw.ssda903__episodes where dec is null and ls not in ('V3', 'V4'))"


def share_of(table: str, condition: str) -> str:
    """How many rows fulfil the condition, and how many there are."""
    return f"select count(*) filter (where {condition}), count(*) from {table} t"


SSDA903 = {
    "CLA01n": f"select count(distinct child_pseudonym) from {NOW} e",
    "CLA02n": f"select count(distinct child_pseudonym) from {IN_CARE} e where rne = 'S' and decom {YEAR}",
    "CLA03n": f"select count(distinct child_pseudonym) from {IN_CARE} e where rec not in ('X1', '') and dec {YEAR}",
    "CLA_ADOPTED": f"select count(*) from {IN_CARE} e where rec in ('E11', 'E12') and dec {YEAR}",
    "CLA_SGO": f"select count(*) from {IN_CARE} e where rec ~ '^E4[3-8]$' and dec {YEAR}",
    "CLA_UASC": f"select count(*) from {NOW} e join raw.ssda903__uasc u using (child_pseudonym)",
    "CLA_FOSTER": share_of(NOW, "place like 'U%%'"),
    "CLA_HOME": share_of(NOW, "place = 'K2'"),
    "CLA_PARENTS": share_of(NOW, "place = 'P1'"),
    **{f"CLA_{code}": share_of(NOW, f"ls = '{code}'") for code in ("C1", "C2", "E1", "V2")},
    # Carers in the year: those on its first day, and each who came by a new placement with new carers.
    "CLA04": f"""
        select count(*) filter (where carers >= 3), count(*)
        from (select 1 + count(*) filter (where is_later and rne in ('S', 'P', 'B')) as carers
              from (select *, row_number() over (partition by child_pseudonym order by decom, dec) > 1 as is_later
                    from {IN_CARE} e) ordered
              where child_pseudonym in (select child_pseudonym from {NOW} n)
              group by child_pseudonym) children""",
    "CLA06": f"""
        select count(*) filter (where workers >= 3), count(*)
        from (select n.child_pseudonym, count(distinct sw_token) as workers
              from {NOW} n left join raw.ssda903__sw_episodes s using (child_pseudonym) group by 1) children""",
    "CLA11": share_of("raw.ssda903__oc2", "health_assessment = '1'"),
    "CLA12": share_of("raw.ssda903__oc2", "teeth_check = '1'"),
    "CLA_IMM": share_of("raw.ssda903__oc2", "immunisations = '1'"),
    "CLA_SUB": share_of("raw.ssda903__oc2", "substance_misuse = '1'"),
    "CLA13": "select sum(sdq_score::int), count(sdq_score) from raw.ssda903__oc2",
    "CLA07": f"""
        select (select count(distinct child_pseudonym) from raw.ssda903__missing
                where missing = 'M' and mis_start {YEAR}),
               (select count(distinct child_pseudonym) from {IN_CARE} e)""",
    "CLA07i": f"select count(*) from raw.ssda903__missing where missing = 'M' and mis_start {YEAR}",
    "CLA07a": f"select count(*) from raw.ssda903__missing where missing = 'A' and mis_start {YEAR}",
}
#: The age that a care leaver reached in the year: it ends with a month, so that the month of birth says it.
_LEAVERS = """
    (select o.*, extract(year from age(date '2026-04-01', h.birth_month))::int as reached
     from raw.ssda903__oc3 o join raw.ssda903__header h using (child_pseudonym))"""
_EET = "activ in ('F1', 'P1', 'F2', 'P2', 'F4', 'P4', 'F5', 'P5')"
SSDA903 |= {
    "CL01": share_of(f"(select * from {_LEAVERS} l where reached >= 19)", "right(accom, 1) = '1'"),
    "CL02": share_of(f"(select * from {_LEAVERS} l where reached < 19)", "right(accom, 1) = '1'"),
    "CL03": share_of(f"(select * from {_LEAVERS} l where reached >= 19)", _EET),
    "CL04": share_of(f"(select * from {_LEAVERS} l where reached < 19)", _EET),
    "CL05": share_of("raw.ssda903__oc3", "in_touch = 'NO'"),
    "CL_TOUCH": share_of("raw.ssda903__oc3", "in_touch = 'YES'"),
}

_CASES = "(select * from raw.cin_census__cin_details where no_further_action not in ('1', 'true'))"
_REFERRED = f"(select * from raw.cin_census__cin_details where referral_date {YEAR})"
_ASSESSED = f"(select * from raw.cin_census__assessments where authorisation_date {YEAR})"
_HELD = f"(select * from raw.cin_census__section47 where initial_conference_date {YEAR})"
_PLANS = "raw.cin_census__cp_plans"
_STARTED, _OPEN, _ENDED = (
    f"(select * from {_PLANS} where {when})" for when in (f"start_date {YEAR}", "end_date is null", f"end_date {YEAR}")
)
CIN_CENSUS = {
    "CIN01n": f"select count(*) from {_CASES} c where closure_date is null",
    "CIN02n": f"select count(*) from {_REFERRED} c",
    "CIN04": share_of(_REFERRED, "no_further_action in ('1', 'true')"),
    "CIN05n": f"select count(*) from {_ASSESSED} a",
    "CIN05": share_of(_ASSESSED, "authorised_in_time"),  # near a birth the days are months: the door counted whole ones
    "CIN06n": f"select count(*) from raw.cin_census__section47 where start_date {YEAR}",
    "CIN07n": f"select count(*) from {_HELD} s",
    "CIN08": share_of(_HELD, "conference_in_time"),
    "CIN17n": "select count(*) from raw.cin_census__cin_plans where end_date is null",
    "CIN18": share_of(
        _ASSESSED,
        "exists (select 1 from raw.cin_census__assessment_factors f where f.assessment_line = t._line"
        " and f.factor = '3B')",
    ),
    "CIN09n": f"select count(*) from {_OPEN} p",
    "CIN10n": f"select count(*) from {_STARTED} p",
    "CIN13": share_of(_STARTED, "previous_plans::int > 0"),
    "CIN14": share_of(_OPEN, f"start_date + interval '24 months' <= {DAY}"),
    "CIN15": share_of(_ENDED, "start_date + interval '24 months' <= end_date"),
    # Within three months of the plan's start, then within six of the review before; late only counts in the year.
    "CIN16": f"""
        with old as (select * from {_OPEN} p where start_date + interval '3 months' <= {DAY}),
             held as (select plan_line, review_date,
                             lead(review_date) over (partition by plan_line order by review_date) as following
                      from raw.cin_census__cp_reviews),
             due as (select o._line, o.start_date + interval '3 months' as due,
                            (select min(review_date) from held h where h.plan_line = o._line) as done from old o
                     union all
                     select plan_line, review_date + interval '6 months', following from held)
        select count(*) filter (where not exists (
                   select 1 from due d where d._line = o._line and d.due < {DAY}
                   and coalesce(d.done, date '2100-01-01') > d.due
                   and coalesce(d.done, date '2100-01-01') >= date '2025-04-01')), count(*)
        from old o""",
    **{
        f"CIN11_{code}": share_of(_STARTED, f"initial_category = '{code}'")
        for code in ("NEG", "PHY", "SAB", "EMO", "MUL")
    },
    **{f"CIN12_{code}": share_of(_OPEN, f"latest_category = '{code}'") for code in ("NEG", "PHY", "SAB", "EMO", "MUL")},
    "EH03": share_of(f"(select * from {_CASES} c where closure_date {YEAR})", "reason_for_closure = 'RC9'"),
}

CENSUS_DAY, CENSUS_YEAR = "date '2025-09-30'", "between date '2024-10-01' and date '2025-09-30'"
_YES, _NO = "is_agency in ('1', 'true')", "is_agency in ('0', 'false')"
_STAFF = f"(select * from raw.csww__workers where role_end_date is null and {_NO})"
_LEAVERS_OF = f"(select * from raw.csww__workers where role_end_date {CENSUS_YEAR} and {_NO})"
_IN_POST = f"(select sum(fte) from {_STAFF} s)"
_AGENCY = f"(select coalesce(sum(fte), 0) from raw.csww__workers where role_end_date is null and {_YES})"
_VACANT = "(select sum(vacancies_fte) from raw.csww__la_level)"


def fte_of(table: str, condition: str) -> str:
    """The FTE of those who fulfil the condition, and of all."""
    return f"select coalesce(sum(fte) filter (where {condition}), 0), coalesce(sum(fte), 0) from {table} t"


CSWW = {
    "WF01": f"select {_IN_POST}",
    "WF01h": f"select count(*) from {_STAFF} s",
    "WF02": f"select coalesce(sum(fte), 0) from raw.csww__workers where role_start_date {CENSUS_YEAR} and {_NO}",
    "WF03": f"select coalesce(sum(fte), 0) from {_LEAVERS_OF} s",
    "WF04": f"select (select coalesce(sum(fte), 0) from {_LEAVERS_OF} s), {_IN_POST}",
    "WF05": f"select {_VACANT}, {_VACANT} + {_IN_POST}",
    "WF06": f"select {_AGENCY}, {_AGENCY} + {_IN_POST}",
    "WF09": f"select sum(working_days_lost), sum(fte) * 253 from {_STAFF} s",
    "WF10": "select sum(cases), sum(caseload_fte) from raw.csww__workers where cases > 0",
    "WF11": fte_of(_STAFF, f"({CENSUS_DAY} - role_start_date) / 365.25 < 2"),
    "WF12": fte_of(_STAFF, "role = '5'"),
    "WF13": fte_of(_LEAVERS_OF, "(role_end_date - role_start_date) < 2 * 365.25"),
}
