"""What can be wrong with the looked-after return: kinds of defect by table, with DfE's rule codes.

Severity here is what the door does by its own declaration of the rule; where that says otherwise, it is followed.
"""

from __future__ import annotations

from socialcare.generate.defects import Defect, Line, Severity
from socialcare.generate.defects_ssda903_keys import KEYS
from socialcare.generate.defects_ssda903_more import MORE

_HEADER: Line = {"SEX": "F", "DOB": "01/05/2015", "ETHNIC": "WBRI", "MOTHER": "0"}
_EPISODE: Line = {
    **{"DECOM": -60, "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U4", "PLACE_PROVIDER": "PR1"},
    **{"HOME_POST": "ZE9 1ZZ", "PL_POST": "ZE9 5ZZ", "URN": "SC900001"},
}
_SW: Line = {"SW_ID": "SW9999900001", "SW_DECOM": -60, "SW_REASON": "FCONTA"}
_HEALTH: Line = {
    **{"SDQ_SCORE": "12", "CONVICTED": "0", "IMMUNISATIONS": "1", "TEETH_CHECK": "1"},
    **{"HEALTH_ASSESSMENT": "1", "SUBSTANCE_MISUSE": "0"},
}
_ADOPTED: Line = {
    **{"DATE_INT": -300, "DATE_MATCH": -190, "FOSTER_CARE": "0", "NB_ADOPTR": "2"},
    **{"SEX_ADOPTR": "MF", "LS_ADOPTR": "L11"},
}
_MOVE: Line = {"DEC": -30, "REC": "X1", "REASON_PLACE_CHANGE": "CARPL"}
_NEXT: Line = {"DECOM": -30, "RNE": "P", "PL_POST": "ZE9 6ZZ", "URN": "SC900002"}

#: The rows of a child who is as the return wants it, before a defect changes one.
USUAL: dict[str, dict[str, tuple[Line, ...]]] = {
    "in_care": {
        "header": (_HEADER,),
        "episodes": (_EPISODE,),
        "prev_perm": ({"PREV_PERM": "Z1"},),
        "sw_episodes": (_SW,),
    },
    "year_round": {
        "header": (_HEADER,),
        "episodes": ({**_EPISODE, "DECOM": -800},),
        "oc2": (_HEALTH,),
        "sw_episodes": ({**_SW, "SW_DECOM": -800},),
    },
    "leaver": {
        "header": ({**_HEADER, "DOB": -19 * 365 - 40, "MOTHER": ""},),
        "oc3": ({"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "U1"},),
    },
    "adopted": {
        "header": ({**_HEADER, "DOB": -1_200, "UPN": "UN1"},),
        "episodes": (
            {**_EPISODE, **_MOVE, "DECOM": -700, "LS": "C1", "DEC": -250, "REASON_PLACE_CHANGE": ""},
            {**_EPISODE, **_MOVE, "DECOM": -250, "LS": "E1", "RNE": "L", "DEC": -150},
            {
                **{**_EPISODE, **_NEXT, "DECOM": -150, "LS": "E1", "PLACE": "A6", "DEC": -20, "REC": "E12"},
                "PLACE_PROVIDER": "PR1",
            },
        ),
        "placed_adoption": ({"DATE_PLACED": -300},),
        "ad1": (_ADOPTED,),
        "sw_episodes": ({**_SW, "SW_DECOM": -700, "SW_DEC": -20},),
    },
    "header_only": {"header": (_HEADER,)},
    "nowhere": {},
}


def _one(table: str, severity: Severity, usual: str, name: str, code: str, **change: str | int) -> Defect:
    return Defect(name, table, code, severity, {table: (change,)}, usual=usual)


def _header(name: str, code: str, severity: Severity, **change: str | int) -> Defect:
    return _one("header", severity, "in_care", name, code, **change)


def _episode(name: str, code: str, **change: str | int) -> Defect:
    return _one("episodes", "quarantine", "in_care", name, code, **change)


def _warned(name: str, code: str, **change: str | int) -> Defect:
    return _one("episodes", "warning", "in_care", name, code, **change)


def _two(name: str, code: str, first: Line, second: Line, at: int = 1, severity: Severity = "warning") -> Defect:
    return Defect(name, "episodes", code, severity, {"episodes": (first, second)}, finding_at=at)


_ON_HEADER: tuple[Defect, ...] = (
    _one("header", "quarantine", "header_only", "header_child_missing", "SC01", CHILD=""),
    _one("header", "quarantine", "header_only", "header_child_is_a_formula", "SC01", CHILD="=1+1"),
    Defect("child_twice_in_header", "header", "INT32", "quarantine", {"header": ({}, {})}, finding_at=1),
    _header("birth_missing", "102", "quarantine", DOB=""),
    _header("birth_on_31_february", "102", "quarantine", DOB="31/02/2015"),
    _header("birth_in_words", "102", "quarantine", DOB="1st May 2015"),
    _header("born_in_2095", "301", "quarantine", DOB="01/05/2095"),
    _header("sex_missing", "101", "quarantine", SEX=""),
    _header("sex_not_a_code", "101", "quarantine", SEX="Boy"),
    _header("ethnicity_missing", "103", "warning", ETHNIC=""),
    _header("ethnicity_not_a_code", "103", "warning", ETHNIC="White"),
    _header("upn_too_short", "168", "warning", UPN="A12345"),
    _header("upn_missing", "168", "warning", UPN=""),
    _header("upn_unknown_at_school_age", "209", "warning", UPN="UN1"),
    _header("upn_still_being_sought", "210", "warning", UPN="UN4"),
    _header("mother_not_a_code", "165", "warning", MOTHER="Y"),
    _header("mother_not_answered", "393", "warning", MOTHER=""),
    _header("mother_without_her_childs_birth", "611", "warning", MOTHER="1", DOB=-17 * 365),
    _header("no_mother_but_a_childs_birth", "612", "warning", MC_DOB=-100, DOB=-17 * 365),
    _header("mother_at_ten", "620", "warning", MOTHER="1", MC_DOB=-100, DOB=-10 * 365),
    _header("mothers_child_born_on_no_day", "171", "warning", MOTHER="1", MC_DOB="31/02/2026", DOB=-17 * 365),
    _header("a_boy_is_a_mother", "174", "warning", SEX="M", MOTHER="1", MC_DOB=-100, DOB=-17 * 365),
)

_ON_EPISODES: tuple[Defect, ...] = (
    _episode("episode_child_missing", "SC01", CHILD=""),
    _one("episodes", "quarantine", "nowhere", "child_not_in_header", "INT03", **_EPISODE),
    Defect("episode_twice", "episodes", "SC03", "quarantine", {"episodes": ({}, {})}, finding_at=1),
    _episode("start_missing", "141", DECOM=""),
    _episode("start_on_31_february", "141", DECOM="31/02/2026"),
    _episode("start_before_birth", "302", DECOM="01/05/2001"),
    _episode("start_in_2095", "SC04", DECOM="01/05/2095"),
    _episode("reason_for_start_missing", "143", RNE=""),
    _episode("reason_for_start_not_a_code", "143", RNE="Z"),
    _episode("legal_status_missing", "144", LS=""),
    _episode("legal_status_not_a_code", "144", LS="C9"),
    _episode("placement_missing", "146", PLACE=""),
    Defect(
        "placement_of_an_earlier_year",
        "episodes",
        "146",
        "quarantine",
        {"episodes": ({"PLACE": "H5"},)},
        first_year=2025,
    ),
    _episode("end_not_a_date", "147", DEC="soon", REC="E8"),
    _episode("end_after_the_year", "354", DEC="01/05/2095", REC="E8"),
    _episode("end_before_start", "356", DECOM=-41, DEC=-51, REC="E8"),
    _episode("end_without_reason", "148", DEC=-51),
    _episode("reason_without_end", "148", REC="E8"),
    _episode("reason_for_end_not_a_code", "149", DEC=-51, REC="E99"),
    _two("previous_not_ended", "142", {}, _NEXT, at=0),
    _two("starts_before_the_last_ended", "501", {**_MOVE, "DEC": -21}, _NEXT),
    _warned("lasted_less_than_a_day", "355", DEC=-60, REC="E8"),
    _warned("need_missing", "145", CIN=""),
    _warned("need_not_a_code", "145", CIN="N9"),
    _warned("provider_not_a_code", "178", PLACE_PROVIDER="PR9"),
    _warned("reason_for_move_not_a_code", "1009", REASON_PLACE_CHANGE="MOVED"),
    _warned("home_postcode_not_one", "392c", HOME_POST="unknown"),
    _warned("placement_postcode_not_one", "392c", PL_POST="12 High Street"),
    Defect(
        "came_at_eighteen",
        "episodes",
        "352",
        "warning",
        {"header": ({"DOB": -18 * 366 - 70},), "episodes": ({"LS": "V2"},)},
    ),
    _warned("police_protection_of_five_days", "361", LS="L1", DEC=-55, REC="E8"),
    _warned("emergency_order_of_thirty_days", "362", LS="L2", DEC=-30, REC="E8"),
    _warned("child_assessment_order_of_nine_days", "363", LS="L3", DEC=-51, REC="E8"),
    _warned(
        "short_break_of_twenty_days", "365", LS="V3", PLACE="U6", HOME_POST="", PL_POST="", URN="", DEC=-40, REC="E8"
    ),
    _warned("short_breaks_in_long_term_fostering", "384", LS="V4", HOME_POST="", PL_POST="", URN=""),
    _warned("supported_accommodation_at_eleven", "371", PLACE="K3"),
    _warned("young_offender_institution_at_eight", "372", PLACE="R5", URN="", PLACE_PROVIDER="PR3"),
    _warned("employment_at_eleven", "374", PLACE="P3", URN="", PLACE_PROVIDER="PR4"),
    _warned("with_parents_by_agreement", "378", PLACE="P1", LS="V2", PLACE_PROVIDER="PR0", URN="", PL_POST="ZE9 1ZZ"),
    _warned("parents_as_provider_of_fostering", "550", PLACE_PROVIDER="PR0"),
    _warned("provider_missing", "526", PLACE_PROVIDER=""),
    _warned("register_number_missing", "218", URN=""),
    _warned("register_number_of_parents", "222", PLACE="P1", PLACE_PROVIDER="PR0", PL_POST="ZE9 1ZZ"),
    _warned("home_and_placement_the_same", "392d", PL_POST="ZE9 1ZZ"),
    _warned("no_postcodes", "392b", HOME_POST="", PL_POST=""),
    _warned("reason_for_move_of_an_open_episode", "233", REASON_PLACE_CHANGE="CARPL"),
    _warned("ended_to_go_on_but_did_not", "388", DEC=-30, REC="X1"),
    _warned("adopted_at_eleven_without_a_placement", "390", DEC=-30, REC="E11"),
    _warned("independent_at_eleven", "387", DEC=-30, REC="E5"),
    _warned("adult_care_at_eleven", "389", DEC=-30, REC="E7"),
    _warned("stayed_as_an_adult_at_eleven", "460", DEC=-30, REC="E17"),
    _warned("placed_for_adoption_without_an_order", "408", PLACE="A6"),
    _two("no_reason_for_a_move", "225", {**_MOVE, "REASON_PLACE_CHANGE": ""}, _NEXT, at=0),
    _two("began_anew_on_the_same_day", "431", {"DEC": -30, "REC": "E4A"}, {**_NEXT, "RNE": "S"}),
    _two("went_on_after_the_end", "432", {"DEC": -30, "REC": "E4A"}, _NEXT),
    _two("went_on_days_later", "433", _MOVE, {**_NEXT, "DECOM": -25}),
    _two("status_did_not_change", "434", {"DEC": -30, "REC": "X1"}, {"DECOM": -30, "RNE": "L"}),
    _two("placement_did_not_change", "435", _MOVE, {"DECOM": -30, "RNE": "P"}),
    _two("status_and_placement_did_not_change", "436", _MOVE, {**_NEXT, "RNE": "B"}),
    _two("lived_on_after_death", "437", {"DEC": -30, "REC": "E2"}, {**_NEXT, "RNE": "S", "DECOM": -20}, at=0),
    _two("need_changed", "504", _MOVE, {**_NEXT, "CIN": "N4"}),
)

#: Every kind that is known here; which of them the door looks for is in its declaration of the return.
DEFECTS: tuple[Defect, ...] = (*_ON_HEADER, *_ON_EPISODES, *MORE, *KEYS)
