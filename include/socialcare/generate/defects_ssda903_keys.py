"""What can be wrong with identifiers, keys and links between the twelve tables of the looked-after return.

Codes that begin with SC are this platform's own: DfE has none for them.
"""

from __future__ import annotations

from socialcare.generate.defects import Defect, Line

_MISSING: Line = {"MISSING": "M", "MIS_START": -40, "MIS_END": -38}
_DOLO: Line = {"DOLO_START": -40, "DOLO_END": -10}
_REVIEW: Line = {"REVIEW": -40, "REVIEW_CODE": "PN1"}
_HOME: Line = {"PLACE": "K2", "PLACE_PROVIDER": "PR4"}
_MOVE: Line = {"DEC": -30, "REC": "X1", "REASON_PLACE_CHANGE": "CARPL"}
_SW: Line = {"SW_ID": "SW9999900001", "SW_DECOM": -60, "SW_REASON": "FCONTA"}
_OC3: Line = {"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "U1", "DOB": "01/05/2015"}
_ADOPTED: Line = {
    **{"DATE_INT": -300, "DATE_MATCH": -190, "FOSTER_CARE": "0", "NB_ADOPTR": "2"},
    **{"SEX_ADOPTR": "MF", "LS_ADOPTR": "L11", "DOB": "01/05/2015"},
}
_OC2: Line = {
    **{"SDQ_SCORE": "12", "CONVICTED": "0", "IMMUNISATIONS": "1", "TEETH_CHECK": "1"},
    **{"HEALTH_ASSESSMENT": "1", "SUBSTANCE_MISUSE": "0", "DOB": "01/05/2015"},
}
_BORN: Line = {"DOB": "01/05/2015"}
#: A good row of each table, with nobody's identifier.
_NOBODY: dict[str, Line] = {
    "reviews": {**_REVIEW, **_BORN},
    "uasc": {"SEX": "F", **_BORN},
    "oc2": _OC2,
    "oc3": _OC3,
    "ad1": _ADOPTED,
    "placed_adoption": {"DATE_PLACED": -300, **_BORN},
    "prev_perm": {"PREV_PERM": "Z1", **_BORN},
    "missing": {**_MISSING, **_BORN},
    "sw_episodes": {**_SW, **_BORN},
    "dolo": {**_DOLO, **_BORN},
}
_LEFT: Line = {"DECOM": -400, "LS": "V2", "DEC": -100}


def _left(name: str, code: str, table: str, first: Line, at: str = "") -> Defect:
    """A young person of seventeen who left care, with what was asked of them later."""
    rows: dict[str, tuple[Line, ...]] = {
        "header": ({"DOB": -18 * 365 - 60},),
        "episodes": (first,),
        "oc3": ({"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "U1"},),
        "sw_episodes": (),
    }
    return Defect(name, at or table, code, "warning", rows)


KEYS: tuple[Defect, ...] = (
    *(
        Defect(f"{table}_child_missing", table, "SC01", "quarantine", {table: ({**row, "CHILD": ""},)}, usual="nowhere")
        for table, row in _NOBODY.items()
    ),
    Defect("review_twice", "reviews", "SC03", "quarantine", {"reviews": (_REVIEW, _REVIEW)}, finding_at=1),
    Defect("missing_twice", "missing", "SC03", "quarantine", {"missing": (_MISSING, _MISSING)}, finding_at=1),
    Defect("worker_twice", "sw_episodes", "SC03", "quarantine", {"sw_episodes": ({}, {})}, finding_at=1),
    Defect(
        *("decision_twice", "placed_adoption", "SC03", "quarantine"),
        rows={"placed_adoption": ({}, {})},
        finding_at=1,
        usual="adopted",
    ),
    Defect(
        *("deprivation_twice", "dolo", "SC03", "quarantine"),
        rows={"episodes": (_HOME,), "dolo": (_DOLO, _DOLO)},
        finding_at=1,
    ),
    Defect(
        *("worker_of_a_child_not_in_header", "sw_episodes", "SC05", "quarantine"),
        rows={"sw_episodes": (_NOBODY["sw_episodes"],)},
        usual="nowhere",
    ),
    Defect(
        *("deprivation_of_a_child_not_in_header", "dolo", "SC05", "quarantine"),
        rows={"dolo": (_NOBODY["dolo"],)},
        usual="nowhere",
    ),
    Defect("register_number_is_none", "episodes", "1008", "warning", {"episodes": ({"URN": "HOME 7"},)}),
    Defect("deprived_in_foster_care", "dolo", "709", "warning", {"dolo": (_DOLO,)}, first_year=2027),
    Defect("previous_permanence_not_told", "episodes", "630", "warning", {"prev_perm": ()}),
    Defect("missing_but_not_how", "missing", "566", "quarantine", {"missing": ({**_MISSING, "MISSING": ""},)}),
    Defect(
        *("pupil_number_of_two_children", "header", "444", "warning"),
        rows={"header": ({}, {"CHILD": "SYN0TWIN"})},
        also_at=(1,),
        first_year=2026,
    ),
    Defect(
        *("left_care_with_a_decision_still_open", "episodes", "557", "warning"),
        rows={"episodes": ({**_LEFT, "REC": "E4A"},), "placed_adoption": ({"DATE_PLACED": -300},), "prev_perm": ()},
    ),
    Defect(
        *("no_worker_now", "sw_episodes", "SW17STG2", "warning"),
        rows={"sw_episodes": ({"SW_DEC": -20},)},
        first_year=2026,
    ),
    _left("leaver_who_died", "1000", "oc3", {**_LEFT, "REC": "E2"}),
    _left("leaver_who_was_too_short_in_care", "1001", "oc3", {**_LEFT, "DECOM": -150, "REC": "E4A"}),
    _left("leaver_who_went_to_another_council", "1011", "oc3", {**_LEFT, "REC": "E3"}),
    Defect(
        *("short_breaks_of_eighty_days", "episodes", "367", "warning"),
        rows={
            "episodes": tuple(
                {
                    **{"LS": "V3", "PLACE": "U6", "HOME_POST": "", "PL_POST": "", "URN": ""},
                    **{"DECOM": -180 + 20 * n, "DEC": -164 + 20 * n, "REC": "E4A"},
                }
                for n in range(5)
            ),
            "prev_perm": (),
            "sw_episodes": (),
        },
        also_at=(1, 2, 3, 4),
    ),
)
