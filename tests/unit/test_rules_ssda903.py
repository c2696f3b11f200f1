"""Each rule of SSDA903 on rows that break it and rows that do not, judged by the door without a database.

The rules are DfE's, in its words (the public validator of the return); the rows are made up here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from tests.unit.door_cases import Row, found

from socialcare.registry.returns import return_spec

SPEC = return_spec("ssda903")
CHILD: Row = {"CHILD": "A1", "SEX": "F", "DOB": "01/05/2012", "ETHNIC": "WBRI", "UPN": "UN1", "MOTHER": "0"}
EPISODE: Row = {
    **{"CHILD": "A1", "DECOM": "01/09/2026", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U6"},
    **{"PLACE_PROVIDER": "PR1", "DEC": "", "REC": "", "REASON_PLACE_CHANGE": ""},
    **{"HOME_POST": "ZE9 1ZZ", "PL_POST": "ZE9 2ZZ", "URN": "SC900001"},
}
OTHERS: dict[str, Row] = {
    "reviews": {"REVIEW": "20/09/2026", "REVIEW_CODE": "PN1"},
    "uasc": {"SEX": "F", "DUC": ""},
    "oc2": {"SDQ_SCORE": "12", "CONVICTED": "0", "HEALTH_CHECK": "1"},
    "oc3": {"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "B1"},
    "ad1": {
        **{"DATE_INT": "01/06/2026", "DATE_MATCH": "01/08/2026", "FOSTER_CARE": "0", "NB_ADOPTR": "2"},
        **{"SEX_ADOPTR": "MF", "LS_ADOPTR": "L0"},
    },
    "placed_adoption": {"DATE_PLACED": "01/06/2026", "DATE_PLACED_CEASED": "", "REASON_PLACED_CEASED": ""},
    "prev_perm": {"PREV_PERM": "Z1", "LA_PERM": "", "DATE_PERM": ""},
    "missing": {"MISSING": "M", "MIS_START": "05/09/2026", "MIS_END": "06/09/2026"},
    "sw_episodes": {"SW_ID": "SW123456", "SW_DECOM": "01/09/2026", "SW_DEC": "", "SW_REASON": "FCONTA"},
    "dolo": {"DOLO_START": "10/09/2026", "DOLO_END": ""},
}
FIRST = EPISODE | {"DEC": "01/12/2026", "REC": "X1", "REASON_PLACE_CHANGE": "CARPL"}
NEXT = EPISODE | {"DECOM": "01/12/2026", "RNE": "P", "PLACE": "U4", "PL_POST": "ZE9 3ZZ", "URN": "SC900002"}
LEFT = EPISODE | {"DEC": "01/12/2026", "REC": "E8"}


@dataclass(frozen=True)
class Case:
    """Rows of one file that break a rule at a row (from 1), rows that do not, and what stands beside both."""

    code: str
    table: str
    breaks: list[Row]
    keeps: list[Row]
    at: int = 1
    year: int = 2027
    beside: dict[str, list[Row]] = field(default_factory=dict)
    beside_kept: dict[str, list[Row]] | None = None
    """Where it is the other file that makes the difference."""
    last_year: dict[str, list[Row]] = field(default_factory=dict)
    as_of: date | None = None


def header(code: str, year: int = 2027, keeps: Row | None = None, **breaks: str) -> Case:
    beside = {"episodes": [EPISODE]}
    return Case(code, "header", [CHILD | breaks], [CHILD | (keeps or {})], year=year, beside=beside)


def episode(code: str, keeps: Row | None = None, child: Row | None = None, year: int = 2027, **breaks: str) -> Case:
    beside = {"header": [CHILD | (child or {})]}
    return Case(code, "episodes", [EPISODE | breaks], [EPISODE | (keeps or {})], year=year, beside=beside)


def then(code: str, breaks: Row, keeps: Row | None = None, at: int = 2, first: Row | None = None) -> Case:
    """Two episodes, the second of which (or the first) breaks the rule with these changes."""
    one = FIRST | (first or {})
    beside = {"header": [CHILD]}
    return Case(code, "episodes", [one, NEXT | breaks], [FIRST, NEXT | (keeps or {})], at=at, beside=beside)


def other(code: str, table: str, keeps: Row | None = None, at: int = 1, year: int = 2027, **breaks: str) -> Case:
    usual = {"CHILD": "A1", "DOB": "01/05/2012", **OTHERS[table]}
    beside = {"header": [CHILD], "episodes": [EPISODE]}
    return Case(code, table, [usual | breaks], [usual | (keeps or {})], at, year, beside)


def with_episode(case: Case, breaks: Row, keeps: Row, **child: str) -> Case:
    """The same rows beside an episode that makes them wrong and one that does not."""
    header_rows = [CHILD | child]
    usual = [{"CHILD": "A1", "DOB": header_rows[0]["DOB"], **OTHERS[case.table]}]
    return Case(
        *(case.code, case.table, usual, usual, case.at, case.year),
        beside={"header": header_rows, "episodes": [EPISODE | breaks]},
        beside_kept={"header": header_rows, "episodes": [EPISODE | keeps]},
    )


def cases() -> Iterator[Case]:
    yield header("101", SEX="1")
    yield header("101", year=2024, keeps={"SEX": "1"}, SEX="F")
    yield header("102", DOB="31/02/2012")
    yield header("103", ETHNIC="White")
    yield episode("141", DECOM="2026")
    yield then("142", {}, at=1, first={"DEC": "", "REC": ""})
    yield episode("144", LS="C9")
    yield episode("145", CIN="N9")
    yield episode("146", PLACE="P2")
    yield episode("146", year=2024, keeps={"PLACE": "P2"}, PLACE="K3")
    yield episode("146", year=2026, keeps={"PLACE": "Z11"}, PLACE="Z1")
    yield episode("147", DEC="soon", REC="E8")
    yield episode("148", {"DEC": "10/09/2026", "REC": "E8"}, DEC="10/09/2026")
    yield episode("149", {"DEC": "10/09/2026", "REC": "E45"}, DEC="10/09/2026", REC="E43")
    yield other("151", "ad1", DATE_MATCH="")
    yield other("151", "ad1", dict.fromkeys(OTHERS["ad1"], ""), NB_ADOPTR="")
    yield other("153", "oc3", ACCOM="")
    yield header("168", UPN="A12345")
    yield Case(
        "210", "header", [CHILD | {"UPN": "UN4"}], [CHILD | {"UPN": "UN4"}],
        beside={"episodes": [EPISODE]}, beside_kept={"episodes": [EPISODE | {"DECOM": "26/03/2027"}]},
    )  # fmt: skip
    yield header("210", keeps={"UPN": "UN1"}, UPN="UN4")
    for year in (2024, 2025, 2027):
        at_home = {"URN": "", "PLACE": "P1", "PLACE_PROVIDER": "PR0"}
        yield episode("218", at_home, year=year, URN="", PLACE="U6")
    yield episode("218", {"URN": "", "PL_LA": "W06000015"}, URN="", PL_LA="E06000047")
    yield then("225", {}, at=1, first={"REASON_PLACE_CHANGE": ""})
    yield header("301", DOB="01/04/2027")
    yield episode("302", {"DECOM": "01/05/2012"}, DECOM="30/04/2012")
    yield episode("352", {"DECOM": "30/04/2026"}, child={"DOB": "01/05/2008"}, DECOM="01/05/2026")
    yield episode("355", {"DEC": "02/09/2026", "REC": "E8"}, DEC="01/09/2026", REC="E8")
    yield episode("356", {"DEC": "02/09/2026", "REC": "E8"}, DEC="31/08/2026", REC="E8")
    for code, status, most in (("361", "L1", 3), ("362", "L2", 21)):
        ends = [{"LS": status, "REC": "E8", "DEC": f"{1 + days:02d}/09/2026"} for days in (most + 1, most)]
        yield episode(code, ends[1], **ends[0])
        halves = [
            EPISODE | {"LS": status, "DEC": "03/09/2026", "REC": "X1"},
            NEXT | {"DECOM": "03/09/2026", "LS": status, "DEC": f"{2 + most:02d}/09/2026", "REC": "E8"},
        ]
        last = [halves[0], halves[1] | {"DEC": f"{1 + most:02d}/09/2026"}]
        yield Case(code, "episodes", halves, last, at=2, beside={"header": [CHILD]})
    yield episode("365", {"LS": "V3", "DEC": "18/09/2026", "REC": "E8"}, LS="V3", DEC="19/09/2026", REC="E8")
    stays = [
        EPISODE | {"LS": "V3", "DECOM": f"01/{m:02d}/2026", "DEC": f"16/{m:02d}/2026", "REC": "E8"}
        for m in range(4, 10)
    ]  # fmt: skip
    yield Case("367", "episodes", stays, stays[:5], beside={"header": [CHILD]})
    yield episode("371", {"PLACE": "H5", "DECOM": "01/05/2020"}, year=2022, child={"DOB": "01/05/2006"}, PLACE="H5",
                  DECOM="30/04/2020")  # fmt: skip
    yield episode("371", {"PLACE": "H5", "DECOM": "01/05/2022"}, year=2024, child={"DOB": "01/05/2006"}, PLACE="H5",
                  DECOM="30/04/2022")  # fmt: skip
    yield episode("371", {"PLACE": "K3", "DECOM": "01/05/2026"}, child={"DOB": "01/05/2010"}, PLACE="K3",
                  DECOM="30/04/2026")  # fmt: skip
    yield episode("384", {"LS": "V4", "PLACE": "U6"}, LS="V4", PLACE="U4")
    yield then("388", {"DECOM": "03/12/2026", "RNE": "S"}, at=1)
    yield episode("388", {"DEC": "10/09/2026", "REC": "E8"}, DEC="10/09/2026", REC="X1")
    yield episode("411", {"PL_LOCATION": "OUT", "PL_LA": "393"}, PL_LOCATION="IN", PL_LA="393")
    yield episode("411", {"PL_LOCATION": "IN", "PL_LA": "E06000047"}, PL_LOCATION="OUT", PL_LA="840")
    yield then("431", {"RNE": "S"})
    yield then("432", {}, first={"REC": "E8"})
    yield then("433", {"DECOM": "03/12/2026"})
    same_place = {name: EPISODE[name] for name in ("PLACE", "PL_POST", "URN", "PLACE_PROVIDER")}
    yield then("434", {"RNE": "L", "LS": "E1"}, {"RNE": "L", "LS": "E1", **same_place})
    yield then("434", {"RNE": "L", **same_place}, {"RNE": "L", "LS": "E1", **same_place})
    yield then("435", {"LS": "E1"})
    yield then("435", same_place)
    yield then("435", same_place, {**same_place, "PL_POST": "ZE9 9ZZ"})
    yield then("436", {"RNE": "B"}, {"RNE": "B", "LS": "E1"})
    yield then("436", {"RNE": "U", "LS": "E1", **same_place}, {"RNE": "U", "LS": "E1"})
    yield then("437", {}, at=1, first={"REC": "E15"})
    yield Case(
        "444", "header", [CHILD | {"UPN": "A123456789012"}, CHILD | {"CHILD": "A2", "UPN": "A123456789012"}],
        [CHILD, CHILD | {"CHILD": "A2"}], at=2, beside={"episodes": [EPISODE]},
    )  # fmt: skip
    yield episode("454", {"PL_DISTANCE": "350"}, PL_DISTANCE="350.5")
    yield then("501", {"DECOM": "30/11/2026"})
    before = [EPISODE | {"DECOM": "01/01/2025"}]
    yield Case("502", "episodes", [EPISODE], before, beside={"header": [CHILD]}, last_year={"episodes": before})
    yield then("504", {"CIN": "N2"})
    placed = {"PLACE": "A4", "DEC": "01/12/2026", "REC": "E4A"}
    no_longer = {"DATE_PLACED_CEASED": "01/11/2026", "REASON_PLACED_CEASED": "RD1"}
    decided = {"CHILD": "A1", "DOB": "01/05/2012", **OTHERS["placed_adoption"]}
    yield Case(
        "557", "episodes", [EPISODE | placed], [EPISODE | placed | {"REC": "E11"}],
        beside={"header": [CHILD], "placed_adoption": [decided]},
    )  # fmt: skip
    yield Case(
        "557", "episodes", [LEFT], [LEFT], beside={"header": [CHILD], "placed_adoption": [decided]},
        beside_kept={"header": [CHILD], "placed_adoption": [decided | no_longer]},
    )  # fmt: skip
    yield other("564", "missing", MIS_START="")
    yield other("566", "missing", MISSING="")
    yield other("567", "missing", {"MIS_END": "05/09/2026"}, MIS_END="04/09/2026")
    yield other("570", "missing", {"MIS_START": "31/03/2027", "MIS_END": ""}, MIS_START="01/04/2027", MIS_END="")
    yield other("571", "missing", MIS_END="01/04/2027")
    yield other("571", "missing", {"MIS_START": "01/03/2026", "MIS_END": "01/04/2026"}, MIS_START="01/03/2026",
                MIS_END="31/03/2026")  # fmt: skip
    last_day = {"DEC": "05/09/2026", "REC": "E8"}
    yield Case(
        "577", "missing", [{"CHILD": "A1", "MISSING": "M", "MIS_START": "04/09/2026"}],
        [{"CHILD": "A1", "MISSING": "M", "MIS_START": "04/09/2026", "MIS_END": "05/09/2026"}],
        beside={"header": [CHILD], "episodes": [EPISODE | last_day]},
    )  # fmt: skip
    yield with_episode(other("578", "missing"), last_day | {"DEC": "04/09/2026"}, last_day)
    yield header("620", keeps={"MOTHER": "1", "DOB": "01/04/2015"}, MOTHER="1", DOB="02/04/2015")
    known = {"CHILD": "B2", "DOB": "01/05/2012", **OTHERS["prev_perm"]}
    yield Case(
        "630", "episodes", [EPISODE], [EPISODE],
        beside={"header": [CHILD, CHILD | {"CHILD": "B2"}], "prev_perm": [known]},
        beside_kept={"header": [CHILD], "prev_perm": [known | {"CHILD": "A1"}]},
    )  # fmt: skip
    yield with_episode(other("1000", "oc3"), {"DEC": "01/12/2026", "REC": "E2"}, LEFT, DOB="01/05/2008")
    leaver: Row = {"CHILD": "A1", "DOB": "01/05/2012", **OTHERS["oc3"]}
    died = {"episodes": [EPISODE | {"DECOM": "01/01/2025", "DEC": "01/12/2025", "REC": "E2"}]}
    yield Case("1000", "oc3", [leaver], [dict.fromkeys(leaver, "") | {"CHILD": "A1"}], beside={"header": [CHILD]},
               last_year=died)  # fmt: skip
    short = {"DECOM": "01/09/2026", "DEC": "30/11/2026", "REC": "E8"}
    yield with_episode(other("1001", "oc3"), short, short | {"DEC": "01/12/2026"}, DOB="01/05/2009")
    young = {"DECOM": "01/05/2025", "DEC": "30/04/2026", "REC": "E8"}
    yield with_episode(other("1001", "oc3"), young, young | {"DEC": "01/05/2026"}, DOB="01/05/2010")
    yield with_episode(other("1011", "oc3"), {"DEC": "01/12/2026", "REC": "E3"}, LEFT)
    yield episode("1015", {"PLACE": "K2", "PL_LA": "840"}, PLACE="K2", PL_LA="393")
    yield episode("1015", {"PLACE": "U6", "PL_LA": "393"}, PLACE="K2", PL_LA="393")
    yield other("SW17STG2", "sw_episodes", SW_DEC="01/03/2027")
    yield from integrity()
    yield other("700", "dolo", DOLO_START="31/06/2026")
    yield with_episode(other("709", "dolo"), {"PLACE": "U6"}, {"PLACE": "K2"})
    yield with_episode(other("710", "dolo"), {"PLACE": "K1"}, {"PLACE": "K2"})
    yield from the_platforms_own()


def integrity() -> Iterator[Case]:
    """INT01 to INT36: a child exists in Header, there is one, and other files say the same of it."""
    unknown = {"CHILD": "B2"}
    yield episode("INT03", **unknown)
    tables = ("ad1", "placed_adoption", "missing", "oc2", "oc3", "prev_perm", "reviews", "uasc")
    for there, same, table in zip((1, 2, 4, 5, 6, 7, 8, 9), range(11, 19), tables, strict=True):
        yield other(f"INT0{there}", table, **unknown)
        yield other(f"INT{same}", table, DOB="02/05/2012")
        yield other(f"INT{same}", table, DOB="31/02/2012")
    yield other("INT21", "uasc", SEX="M")
    once = ("ad1", "oc2", "oc3", "prev_perm", "uasc")
    for number, table in zip((31, 33, 34, 35, 36), once, strict=True):
        one = other(f"INT{number}", table)
        yield Case(one.code, table, one.keeps * 2, one.keeps, at=2, beside=one.beside)
    yield Case("INT32", "header", [CHILD, CHILD], [CHILD], at=2, beside={"episodes": [EPISODE]})


def the_platforms_own() -> Iterator[Case]:
    yield header("SC01", CHILD="=1+1")
    yield Case("SC03", "episodes", [EPISODE, EPISODE], [EPISODE], at=2, beside={"header": [CHILD]})
    yield Case("SC04", "episodes", [EPISODE], [EPISODE | {"DECOM": "31/08/2026"}], beside={"header": [CHILD]},
               as_of=date(2026, 8, 31))  # fmt: skip
    for table in ("sw_episodes", "dolo"):
        yield other("SC05", table, CHILD="B2")
    for table in ("reviews", "placed_adoption", "missing", "sw_episodes", "dolo"):
        one = other("SC03", table)
        yield Case("SC03", table, one.keeps * 2, one.keeps, at=2, beside=one.beside)
    yield header("165", MOTHER="Y")
    yield episode("143", RNE="Z")
    yield episode("178", PLACE_PROVIDER="PR9")
    yield episode("179", {"PL_LOCATION": "IN"}, PL_LOCATION="NEAR")
    yield episode("SC06", {"PL_DISTANCE": "2000"}, PL_DISTANCE="2000.5")
    yield episode("1008", {"URN": "XXXXXXX"}, URN="12")
    yield episode("1009", REASON_PLACE_CHANGE="MOVED")
    yield episode("392c", HOME_POST="unknown")
    yield episode("392c", PL_POST="12 High Street")
    yield episode("354", {"DEC": "31/03/2027", "REC": "E8"}, DEC="01/04/2027", REC="E8")
    yield other("166", "reviews", REVIEW="")
    yield other("167", "reviews", REVIEW_CODE="PN9")
    yield other("104", "uasc", DUC="soon")
    yield other("180", "oc2", {"SDQ_SCORE": "40"}, SDQ_SCORE="41")
    yield other("196", "oc2", {"SDQ_REASON": "SDQ1"}, SDQ_REASON="SDQ9")
    yield other("181", "oc2", CONVICTED="2")
    yield other("131", "oc3", IN_TOUCH="PERHAPS")
    yield other("132", "oc3", {"ACTIV": "F4"}, ACTIV="F3")
    yield other("132", "oc3", {"ACTIV": "F3"}, year=2021, ACTIV="F4")
    yield other("133", "oc3", {"ACCOM": "S2"}, ACCOM="S1")
    for code, column in (("112", "DATE_INT"), ("113", "DATE_MATCH"), ("114", "FOSTER_CARE"), ("175", "NB_ADOPTR")):
        yield other(code, "ad1", **{column: "wrong"})
    yield other("176", "ad1", SEX_ADOPTR="X")
    yield other("177", "ad1", LS_ADOPTR="L9")
    yield other("115", "placed_adoption", DATE_PLACED="soon")
    yield other("116", "placed_adoption", DATE_PLACED_CEASED="soon")
    yield other("120", "placed_adoption", {"REASON_PLACED_CEASED": "RD1"}, REASON_PLACED_CEASED="RD9")
    yield other("631", "prev_perm", PREV_PERM="P9")
    yield other("633", "prev_perm", {"LA_PERM": "840"}, LA_PERM="Durham")
    yield other("1004", "missing", MIS_START="soon")
    yield other("1005", "missing", MIS_END="soon")
    yield other("1006", "missing", MISSING="X")
    yield other("SW02STG1", "sw_episodes", {"SW_ID": "XX1"}, SW_ID="12345")
    yield other("SW04STG1", "sw_episodes", SW_DECOM="")
    yield other("SW05STG1", "sw_episodes", SW_DEC="soon")
    yield other("SW13STG1", "sw_episodes", SW_REASON="NONE")
    yield other("SW13STG1", "sw_episodes", year=2024, SW_REASON="NONE")
    yield other("701", "dolo", {"DOLO_END": "20/09/2026"}, DOLO_END="soon")


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.table} {case.year}")
def test_a_rule_finds_the_row_that_breaks_it_and_no_other(home: Path, case: Case) -> None:
    def codes(files: dict[str, list[Row]]) -> set[tuple[str, int]]:
        all_found = found("ssda903", case.year, files, last_year=case.last_year, as_of=case.as_of)
        return {(table, row) for code, table, row in all_found if code == case.code}

    assert (case.table, case.at) in codes({**case.beside, case.table: case.breaks})
    assert codes({**(case.beside_kept or case.beside), case.table: case.keeps}) == set()


def test_every_rule_has_a_case_in_every_wording() -> None:
    tried = {(case.code, case.table, case.year) for case in CASES}
    untried = [
        (rule.code, rule.table)
        for rule in SPEC.rules
        if rule.check != "cell_count" and rule.code not in ("SC01", "181")
        if not any(t[:2] == (rule.code, rule.table) and rule.applies(t[2]) for t in tried)
    ]
    assert untried == []


def test_a_plain_return_of_all_twelve_files_breaks_no_rule(home: Path) -> None:
    files = {table: [{"CHILD": "A1", "DOB": "01/05/2008", **row}] for table, row in OTHERS.items()}
    files["header"] = [CHILD | {"DOB": "01/05/2008"}]
    files["episodes"] = [EPISODE | {"DECOM": "01/09/2024", "PLACE": "K2"}]
    assert found("ssda903", 2027, files) == set()
