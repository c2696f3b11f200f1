"""What can be wrong in the ten smaller tables of the looked-after return."""

from __future__ import annotations

from socialcare.generate.defects import Defect, Line, Severity

_TALL: dict[str, str] = {
    "reviews": "in_care",
    "uasc": "in_care",
    "oc2": "year_round",
    "oc3": "leaver",
    "ad1": "adopted",
    "placed_adoption": "adopted",
    "prev_perm": "in_care",
    "missing": "in_care",
    "sw_episodes": "in_care",
    "dolo": "in_care",
}
#: A good row of each table, for defects that are about the child and not about what the row says.
_GOOD: dict[str, Line] = {
    "reviews": {"REVIEW": -40, "REVIEW_CODE": "PN1"},
    "uasc": {},
    "missing": {"MISSING": "M", "MIS_START": -40, "MIS_END": -38},
    "dolo": {"DOLO_START": -40, "DOLO_END": -10},
    "oc2": {},
    "oc3": {},
    "ad1": {},
    "placed_adoption": {},
    "prev_perm": {},
    "sw_episodes": {},
}
_HOME: Line = {"PLACE": "K2", "PLACE_PROVIDER": "PR4"}
#: The number of each table in DfE's families of internal checks: in the header, same birthday, once only.
_INTERNAL: tuple[tuple[str, str, str, str], ...] = (
    ("ad1", "INT01", "INT11", "INT31"),
    ("placed_adoption", "INT02", "INT12", ""),
    ("missing", "INT04", "INT13", ""),
    ("oc2", "INT05", "INT14", "INT33"),
    ("oc3", "INT06", "INT15", "INT34"),
    ("prev_perm", "INT07", "INT16", "INT35"),
    ("reviews", "INT08", "INT17", ""),
    ("uasc", "INT09", "INT18", "INT36"),
)
_WHOLE: dict[str, Line] = {
    "ad1": {
        **{"DATE_INT": -300, "DATE_MATCH": -190, "FOSTER_CARE": "0", "NB_ADOPTR": "2"},
        **{"SEX_ADOPTR": "MF", "LS_ADOPTR": "L11", "DOB": -1_200},
    },
    "placed_adoption": {"DATE_PLACED": -300, "DOB": -1_200},
    "oc2": {
        **{"SDQ_SCORE": "12", "CONVICTED": "0", "IMMUNISATIONS": "1", "TEETH_CHECK": "1"},
        **{"HEALTH_ASSESSMENT": "1", "SUBSTANCE_MISUSE": "0"},
    },
    "oc3": {"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "U1", "DOB": -19 * 365 - 40},
    "prev_perm": {"PREV_PERM": "Z1"},
    "uasc": {"SEX": "F"},
}


def _internal() -> tuple[Defect, ...]:
    made = []
    for table, unknown, birthday, twice in _INTERNAL:
        stray = {"DOB": "01/05/2015", **_GOOD[table], **_WHOLE.get(table, {})}
        made.append(
            Defect(
                f"{table}_of_a_child_not_in_header", table, unknown, "quarantine", {table: (stray,)}, usual="nowhere"
            )
        )
        other = {**_GOOD[table], "DOB": "02/05/2015"}
        made.append(
            Defect(f"{table}_with_another_birthday", table, birthday, "warning", {table: (other,)}, usual=_TALL[table])
        )
        if twice:
            rows = (_GOOD[table], _GOOD[table])
            made.append(
                Defect(f"{table}_twice", table, twice, "quarantine", {table: rows}, finding_at=1, usual=_TALL[table])
            )
    return tuple(made)


def _wrong(table: str, name: str, code: str, severity: Severity = "warning", **change: str | int) -> Defect:
    return Defect(name, table, code, severity, {table: ({**_GOOD[table], **change},)}, usual=_TALL[table])


def _child(table: str, name: str, code: str, header: Line, **change: str | int) -> Defect:
    """A row that is wrong for a child of this age or sex."""
    rows = {"header": ({**header},), table: ({**_GOOD[table], **change},)}
    return Defect(name, table, code, "warning", rows, usual=_TALL[table])


def _missing_twice(name: str, code: str, first: Line, second: Line, at: int) -> Defect:
    return Defect(name, "missing", code, "warning", {"missing": (first, second)}, finding_at=at)


def _workers(name: str, code: str, first: Line, second: Line, at: int) -> Defect:
    return Defect(
        name, "sw_episodes", code, "warning", {"sw_episodes": (first, second)}, finding_at=at, first_year=2024
    )


def _deprived(name: str, code: str, severity: Severity, **change: str | int) -> Defect:
    rows: dict[str, tuple[Line, ...]] = {"episodes": (_HOME,), "dolo": ({**_GOOD["dolo"], **change},)}
    return Defect(name, "dolo", code, severity, rows, first_year=2027)


MORE: tuple[Defect, ...] = (
    *_internal(),
    _wrong("reviews", "review_on_no_day", "166", "quarantine", REVIEW="31/02/2026"),
    _wrong("reviews", "review_without_a_day", "166", "quarantine", REVIEW=""),
    _wrong("reviews", "participation_not_a_code", "167", REVIEW_CODE="PN9"),
    _wrong("reviews", "participation_missing", "167", REVIEW_CODE=""),
    _wrong("reviews", "too_young_to_take_part_at_eleven", "440", REVIEW_CODE="PN0"),
    _child("reviews", "spoke_for_itself_at_two", "441", {"DOB": -800, "UPN": "UN1"}),
    _wrong("uasc", "end_of_status_on_no_day", "104", DUC="31/02/2026"),
    _wrong("uasc", "uasc_of_another_sex", "INT21", SEX="M"),
    _wrong("oc2", "score_of_41", "180", SDQ_SCORE="41"),
    _wrong("oc2", "score_in_words", "180", SDQ_SCORE="low"),
    _wrong("oc2", "reason_for_no_score_not_a_code", "196", SDQ_SCORE="", SDQ_REASON="SDQ9"),
    _wrong("oc2", "a_score_and_a_reason_for_none", "197a", SDQ_REASON="SDQ1"),
    _wrong("oc2", "neither_score_nor_reason", "157", SDQ_SCORE=""),
    _wrong("oc2", "teeth_in_words", "181", TEETH_CHECK="Yes"),
    _wrong("oc2", "immunisations_not_answered", "182", IMMUNISATIONS=""),
    _wrong("oc2", "conviction_not_answered_at_eleven", "543", CONVICTED=""),
    _wrong("oc2", "development_check_at_eleven", "546", HEALTH_CHECK="1"),
    _wrong("oc2", "misuse_without_an_answer_on_help", "192", SUBSTANCE_MISUSE="1"),
    _wrong("oc2", "help_without_misuse", "193", INTERVENTION_RECEIVED="1"),
    _wrong(
        "oc2",
        "helped_and_only_offered",
        "158",
        SUBSTANCE_MISUSE="1",
        INTERVENTION_RECEIVED="1",
        INTERVENTION_OFFERED="1",
    ),
    _wrong("oc2", "not_helped_and_no_answer_on_offer", "159", SUBSTANCE_MISUSE="1", INTERVENTION_RECEIVED="0"),
    _child("oc2", "conviction_at_eight", "542", {"DOB": -8 * 366}, CONVICTED="0"),
    _wrong("oc3", "in_touch_not_a_code", "131", IN_TOUCH="MAYBE"),
    _wrong("oc3", "activity_not_a_code", "132", ACTIV="F9"),
    Defect(
        "activity_of_an_earlier_year",
        "oc3",
        "132",
        "warning",
        {"oc3": ({"ACTIV": "F3"},)},
        usual="leaver",
        first_year=2022,
    ),
    _wrong("oc3", "accommodation_not_a_code", "133", ACCOM="Q1"),
    _wrong("oc3", "no_fixed_abode_called_suitable", "133", ACCOM="S1"),
    _wrong("oc3", "leaver_half_answered", "153", ACCOM=""),
    _child("oc3", "leaver_of_twenty_four", "391", {"DOB": -24 * 366}),
    _wrong("ad1", "best_interest_on_no_day", "112", DATE_INT="31/02/2026"),
    _wrong("ad1", "matched_on_no_day", "113", DATE_MATCH="soon"),
    _wrong("ad1", "foster_carer_not_a_code", "114", FOSTER_CARE="Y"),
    _wrong("ad1", "three_adopters", "175", NB_ADOPTR="3"),
    _wrong("ad1", "adopters_sex_not_a_code", "176", SEX_ADOPTR="XX"),
    _wrong("ad1", "adopters_status_not_a_code", "177", LS_ADOPTR="L9"),
    _wrong("ad1", "adoption_half_answered", "151", DATE_MATCH=""),
    _wrong("ad1", "one_adopter_of_two_sexes", "511", NB_ADOPTR="2", SEX_ADOPTR="F1", LS_ADOPTR="L0"),
    _wrong("ad1", "single_but_a_couple", "514", LS_ADOPTR="L0"),
    _wrong("ad1", "unmarried_man_and_woman_of_one_sex", "517", SEX_ADOPTR="FF", LS_ADOPTR="L3"),
    _wrong("ad1", "same_sex_couple_of_two_sexes", "518", SEX_ADOPTR="MF", LS_ADOPTR="L4"),
    _wrong("ad1", "married_same_sex_couple_of_two_sexes", "524", SEX_ADOPTR="MF", LS_ADOPTR="L12"),
    Defect(
        "adoption_of_a_child_not_adopted", "ad1", "602", "warning", {"ad1": ({**_WHOLE["ad1"], "DOB": "01/05/2015"},)}
    ),
    _wrong("placed_adoption", "decision_on_no_day", "115", DATE_PLACED="31/02/2026"),
    _wrong("placed_adoption", "reversal_on_no_day", "116", DATE_PLACED_CEASED="soon", REASON_PLACED_CEASED="RD1"),
    _wrong("placed_adoption", "reversal_without_reason", "119", DATE_PLACED_CEASED=-140),
    _wrong("placed_adoption", "reason_not_a_code", "120", DATE_PLACED_CEASED=-140, REASON_PLACED_CEASED="RD9"),
    _wrong("placed_adoption", "reversed_before_decided", "522", DATE_PLACED_CEASED=-310, REASON_PLACED_CEASED="RD1"),
    _wrong("placed_adoption", "decided_before_birth", "184", DATE_PLACED=-1_300),
    _wrong("prev_perm", "permanence_not_a_code", "631", PREV_PERM="P9"),
    _wrong("prev_perm", "permanence_order_on_no_day", "632", PREV_PERM="P2", LA_PERM="840", DATE_PERM="zz/zz/2014"),
    _wrong("prev_perm", "permanence_by_no_council", "633", PREV_PERM="P2", LA_PERM="ABC", DATE_PERM=-700),
    _wrong("prev_perm", "an_order_but_no_permanence", "635", LA_PERM="840", DATE_PERM=-700),
    _wrong("missing", "missing_since_no_day", "1004", "quarantine", MIS_START="31/02/2026"),
    _wrong("missing", "missing_until_no_day", "1005", MIS_END="soon"),
    _wrong("missing", "missing_not_a_code", "1006", "quarantine", MISSING="X"),
    _wrong("missing", "missing_without_start", "564", "quarantine", MIS_START=""),
    _wrong("missing", "start_but_not_what", "565", "quarantine", MISSING=""),
    _wrong("missing", "back_before_gone", "567", "quarantine", MIS_END=-45),
    _wrong("missing", "gone_in_2095", "570", "quarantine", MIS_START="01/05/2095", MIS_END=""),
    _wrong("missing", "back_in_2095", "571", MIS_END="01/05/2095"),
    _wrong("missing", "gone_before_birth", "586", MIS_START="01/05/2014"),
    _wrong("missing", "gone_before_care", "581", MIS_START=-90, MIS_END=-88),
    _missing_twice(
        "gone_while_gone",
        "574",
        {**_GOOD["missing"], "MIS_END": ""},
        {**_GOOD["missing"], "MIS_START": -20, "MIS_END": -19},
        1,
    ),
    Defect(
        "gone_when_care_ended",
        "missing",
        "577",
        "warning",
        {"episodes": ({"DEC": -30, "REC": "E8"},), "missing": ({**_GOOD["missing"], "MIS_END": ""},)},
    ),
    Defect(
        "gone_after_care_ended",
        "missing",
        "578",
        "warning",
        {"episodes": ({"DEC": -50, "REC": "E4A"},), "missing": (_GOOD["missing"],)},
    ),
    _wrong("sw_episodes", "worker_number_of_another_kind", "SW02STG1", SW_ID="AB12345"),
    _wrong("sw_episodes", "worker_missing", "SW03STG1", SW_ID=""),
    _wrong("sw_episodes", "worker_since_no_day", "SW04STG1", "quarantine", SW_DECOM="31/02/2026"),
    _wrong("sw_episodes", "worker_until_no_day", "SW05STG1", SW_DEC="soon"),
    _wrong("sw_episodes", "change_of_worker_not_a_code", "SW13STG1", SW_REASON="GONE"),
    _workers(
        "worker_for_less_than_a_day", "SW09STG2", {"SW_DEC": -60}, {"SW_ID": "SW9999900002", "SW_REASON": "LEFTRL"}, 0
    ),
    _workers(
        "two_workers_at_once",
        "SW10STG2",
        {"SW_DEC": -20},
        {"SW_ID": "SW9999900002", "SW_DECOM": -30, "SW_REASON": "LEFTRL"},
        1,
    ),
    _workers(
        "worker_before_not_ended", "SW08STG2", {}, {"SW_ID": "SW9999900002", "SW_DECOM": -30, "SW_REASON": "LEFTRL"}, 0
    ),
    _deprived("deprived_since_no_day", "700", "quarantine", DOLO_START="31/02/2026"),
    _deprived("deprived_until_no_day", "701", "warning", DOLO_END="soon"),
    _deprived("deprived_until_before_it_began", "702", "quarantine", DOLO_END=-50),
    _deprived("deprived_in_2095", "703", "quarantine", DOLO_START="01/05/2095", DOLO_END=""),
    _deprived("deprived_until_2095", "704", "warning", DOLO_END="01/05/2095"),
    _deprived("deprived_before_birth", "708", "warning", DOLO_START="01/05/2014"),
    Defect(
        "deprived_at_home",
        "dolo",
        "710",
        "warning",
        rows={
            "episodes": ({"PLACE": "P1", "PLACE_PROVIDER": "PR0", "URN": "", "PL_POST": "ZE9 1ZZ"},),
            "dolo": (_GOOD["dolo"],),
        },
        first_year=2027,
    ),
)
