"""The declaration of Annex A: every column classed, every dialect read, every rule on rows that break and keep it.

The rows are made up here. What they are judged by is Ofsted's guidance to the lists (child-level data, Annex A of
the ILACS framework); the rules' codes are this platform's own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pac
import pytest
import xlsxwriter
from tests.unit.door_cases import Row, found

from socialcare.door.dialects import Dialects
from socialcare.door.read_workbook import WorkbookReader, look
from socialcare.door.sheet_shape import normal, shape_of
from socialcare.registry.returns import Rule, return_spec

SPEC = return_spec("annex_a")
AS_OF = date(2026, 10, 31)
WHO: Row = {"GENDER": "b) Female", "ETHNICITY": "a) WBRI", "DOB": "01/05/2012", "AGE": "14"}
WHOSE: Row = {"TEAM": "Locality 2 Team", "WORKER": "A. Worker"}
#: One clean row of each list: a girl who came into care after a protection plan; a care leaver; a boy to be adopted.
CLEAN: dict[str, Row] = {
    "contacts": WHO | {"CONTACT_DATE": "01/06/2026", "SOURCE": "q) 6: Police"},
    "early_help": WHO | {"EH_START": "01/05/2026", "EH_END": "01/06/2026", "ORGANISATION": "A school"},
    "referrals": WHO | {"REFERRAL_DATE": "02/06/2026", "SOURCE": "6", "NFA": "b) No", "REFERRALS_12M": "0"} | WHOSE,
    "assessments": WHO
    | {"DISABILITY": "b) No", "ASSESSMENT_START": "03/06/2026", "CHILD_SEEN": "a) Yes", "AUTHORISED": "01/07/2026"}
    | {"NEEDS_SUPPORT": "a) Yes"}
    | WHOSE,
    "section_47": WHO
    | {"DISABILITY": "b) No", "STRATEGY_DATE": "05/06/2026", "NO_CONFERENCE": "b) No", "CONFERENCE": "19/06/2026"}
    | {"LED_TO_PLAN": "a) Yes", "S47_12M": "0", "ICPC_12M": "0"}
    | WHOSE,
    "children_in_need": WHO
    | {"DISABILITY": "b) No", "CIN_START": "02/06/2026", "NEED": "N1 - Abuse or neglect", "LAST_SEEN": "20/10/2026"}
    | {"CIN_END": "", "CLOSURE": "", "STATUS": "a) Looked after child"}
    | WHOSE,
    "child_protection": WHO
    | {"DISABILITY": "b) No", "CPP_START": "19/06/2026", "ABUSE_FIRST": "a) Neglect", "ABUSE_LATEST": "NEG"}
    | {"LAST_VISIT": "01/08/2026", "SEEN_ALONE": "a) Yes", "LAST_REVIEW": "", "CPP_END": "01/09/2026"}
    | {"EMERGENCY": "b) No", "PLANS_BEFORE": "0"}
    | WHOSE,
    "children_in_care": WHO
    | {"UASC": "b) No", "DISABILITY": "b) No", "CARE_START": "01/09/2026", "NEED": "N1", "CARE_AGAIN": "b) No"}
    | {"LEGAL_START": "01/09/2026", "LEGAL_STATUS": "C1: ICO", "LAST_REVIEW": "28/09/2026", "LAST_VISIT": "20/10/2026"}
    | {"PERMANENCE": "g) other", "LAST_IRO": "28/09/2026", "LAST_HEALTH": "20/09/2026", "LAST_DENTAL": ""}
    | {"PLACEMENTS_12M": "1", "CARE_END": "", "CEASED": "", "PLACEMENT_START": "01/09/2026"}
    | {"PLACEMENT": "f) U6: Foster placement - not FFA", "PROVIDER": "b) PR1: Own provision", "POSTCODE": "ZE9 1ZZ"}
    | {"URN": "SC900001", "IN_OR_OUT": "a) In", "PLACED_IN": "Durham", "MISSING_12M": "0", "ABSENT_12M": "0"}
    | {"RHI_OFFERED": "", "RHI_ACCEPTED": ""}
    | WHOSE,
    "care_leavers": WHO
    | {"DOB": "01/05/2008", "AGE": "18", "UASC": "b) No", "DISABILITY": "b) No", "ADVISER": "An Adviser"}
    | {"ELIGIBILITY": "b) Former relevant child", "PATHWAY_REVIEW": "01/08/2026", "IN_TOUCH": "a) Yes"}
    | {"LAST_CONTACT": "01/10/2026", "ACCOMMODATION": "U: Independent living", "SUITABILITY": "a) Suitable"}
    | {"ACTIVITY": "F2: Full time in education other than higher"}
    | WHOSE,
    "adoption": WHO
    | {"DOB": "01/05/2024", "AGE": "2", "FAMILY": "F1", "DISABILITY": "b) No", "ENTERED_CARE": "01/06/2024"}
    | {"DECISION": "01/12/2025", "PLACEMENT_ORDER": "01/03/2026", "MATCHED": "01/06/2026", "PLACED": "01/07/2026"}
    | {"ADOPTION_ORDER": "", "REVERSED": "", "REVERSED_WHY": "", "FFA_PLACED": "01/08/2024"},
    "adopters": {"FAMILY": "F1", "GENDER": "a) Male", "ETHNICITY": "WBRI", "DISABILITY": "No", "FFA": "Yes"}
    | {"ENQUIRY": "01/01/2025", "STAGE_1_START": "01/02/2025", "STAGE_1_END": "01/04/2025"}
    | {"STAGE_2_START": "01/04/2025", "STAGE_2_END": "01/08/2025", "APPLIED": "", "APPROVED": "", "GONE": ""}
    | {"MATCHED": "01/06/2026", "PLACED": "01/07/2026", "CHILDREN": "1", "ADOPTION_ORDER": "", "GONE_WHY": ""},
}
CHILD_OF = {"care_leavers": "A2", "adoption": "A3"}
KEY = {table: declared.key[0] for table, declared in SPEC.tables.items()}


@dataclass(frozen=True)
class Case:
    """Changes to the clean row that break a rule, and changes that only just keep it. Beside them, other lists."""

    code: str
    table: str
    breaks: Row
    keeps: Row = field(default_factory=dict)
    beside: dict[str, Row] = field(default_factory=dict)
    beside_kept: dict[str, Row] | None = None
    rule: Rule | None = None


def cases() -> list[Case]:
    return [*(case for rule in SPEC.rules for case in _simple(rule)), *WRITTEN]


#: What is not valid, by the type of the column; for a mandatory column, nothing at all is not valid either.
WRONG = {
    **{"code": "zzCodeError", "date": "31/02/2026", "number": "many", "identifier": "=1+1", "postcode": "nowhere"},
    "text": "",
}


def _simple(rule: Rule) -> list[Case]:
    """Return the cases of a rule that is about one cell: what it is follows from the column."""
    column = SPEC.tables[rule.table].every_column[rule.columns[0]]
    name = rule.columns[0]
    if rule.check == "valid":
        values = [WRONG[column.type], *([""] if column.mandatory else [])]
        return [Case(rule.code, rule.table, {name: value}, rule=rule) for value in values]
    if rule.code in ("AA05", "AA26"):
        return [Case(rule.code, rule.table, {name: "01/11/2026"}, {name: "31/10/2026"}, rule=rule)]
    if rule.code == "AA06":  # 300 days after the extract
        return [Case("AA06", rule.table, {"DOB": "28/08/2027"}, {"DOB": "27/08/2027"}, rule=rule)]
    if rule.code == "AA15":
        age = int(CLEAN[rule.table]["AGE"])
        return [Case("AA15", rule.table, {"AGE": str(age + 2)}, {"AGE": f"{age + 1}.9"}, rule=rule)]
    if rule.code == "AA22":
        return [Case("AA22", rule.table, {name: "1.5"}, {name: "1.0"}, rule=rule)]
    return []


AFTER = {"early_help": "EH_END", "assessments": "AUTHORISED", "child_protection": "CPP_END"}
IN_CARE, LEFT_CARE = {"CARE_END": ""}, {"CARE_END": "01/10/2026", "CEASED": "E8"}
OPEN_PLAN, NO_PLAN = {"CPP_END": ""}, {"CPP_END": "01/10/2026"}
WRITTEN = [
    *(Case("AA07", table, {name: "05/07/2011"}, {name: "06/07/2011"}) for table, name in [  # born 01/05/2012
        ("contacts", "CONTACT_DATE"), ("early_help", "EH_START"), ("referrals", "REFERRAL_DATE"),
        ("assessments", "ASSESSMENT_START"), ("section_47", "STRATEGY_DATE"), ("children_in_need", "CIN_START"),
        ("child_protection", "CPP_START"),
    ]),
    Case("AA07", "children_in_care", {"CARE_START": "30/04/2012"}, {"CARE_START": "01/05/2012"}),
    Case("AA07", "adoption", {"ENTERED_CARE": "30/04/2024"}, {"ENTERED_CARE": "01/05/2024"}),
    Case("AA08", "early_help", {"EH_END": "30/04/2026"}, {"EH_END": "01/05/2026"}),
    Case("AA08", "assessments", {"AUTHORISED": "02/06/2026"}, {"AUTHORISED": "03/06/2026"}),
    Case("AA08", "children_in_need", {"CIN_END": "01/06/2026"}, {"CIN_END": "02/06/2026"}),
    Case("AA08", "child_protection", {"CPP_END": "18/06/2026"}, {"CPP_END": "19/06/2026"}),
    Case("AA08", "children_in_care", {"CARE_END": "31/08/2026"}, {"CARE_END": "01/09/2026"}),
    Case("AA10", "contacts", {"DOB": "01/01/1900"}, {"DOB": ""}),  # what the SQL writes for none
    Case("AA14", "contacts", {"AGE": "-2"}, {"AGE": "-1"}),  # not yet born
    Case("AA18", "referrals", {"REFERRALS_12M": "-1"}, {"REFERRALS_12M": "0"}),
    Case("AA17", "adopters", {"ENQUIRY": "1900-01-01"}, {"ENQUIRY": "1990-01-01"}),
    Case("AA23", "children_in_care", {"PLACEMENTS_12M": "0"}, {"PLACEMENTS_12M": "1"}),
    Case("AA24", "referrals", {"TEAM": "Jane Example"}, {"TEAM": "Multi Agency Safeguarding Hub"}),
    Case("AA27", "section_47", {"CONFERENCE": "04/06/2026"}, {"CONFERENCE": "05/06/2026"}),
    Case("AA27", "children_in_care", {"LEGAL_START": "31/08/2026"}, {"LEGAL_START": "01/09/2026"}),
    Case("AA27", "children_in_care", {"PLACEMENT_START": "31/08/2026"}, {"PLACEMENT_START": "02/09/2026"}),
    Case("AA27", "children_in_care",
         {"PLACEMENT_START": "02/10/2026", **LEFT_CARE}, {"PLACEMENT_START": "01/10/2026", **LEFT_CARE}),
    Case("AA27", "adoption", {"ENTERED_CARE": "02/12/2025"}, {"ENTERED_CARE": "01/12/2025"}),
    Case("AA27", "adoption", {"MATCHED": "30/11/2025"}, {"MATCHED": "01/12/2025"}),
    Case("AA27", "adoption", {"PLACED": "31/05/2026"}, {"PLACED": "01/06/2026"}),
    Case("AA27", "adoption", {"ADOPTION_ORDER": "30/06/2026"}, {"ADOPTION_ORDER": "01/07/2026"}),
    Case("AA27", "adoption", {"REVERSED": "30/11/2025"}, {"REVERSED": "01/12/2025"}),
    Case("AA27", "adopters", {"STAGE_1_START": "31/12/2024"}, {"STAGE_1_START": "01/01/2025"}),
    Case("AA27", "adopters", {"STAGE_1_END": "31/01/2025"}, {"STAGE_1_END": "01/02/2025"}),
    Case("AA27", "adopters", {"STAGE_2_START": "31/03/2025"}, {"STAGE_2_START": "01/04/2025"}),
    Case("AA27", "adopters", {"STAGE_2_END": "31/03/2025"}, {"STAGE_2_END": "01/04/2025"}),
    Case("AA27", "adopters", {"APPLIED": "02/01/2026", "APPROVED": "01/01/2026"}, {"APPROVED": "01/01/2026"}),
    Case("AA27", "adopters", {"PLACED": "31/05/2026"}, {"PLACED": "01/06/2026"}),
    Case("AA27", "adopters", {"ADOPTION_ORDER": "30/06/2026"}, {"ADOPTION_ORDER": "01/07/2026"}),
    Case("AA28", "children_in_need", {"CIN_END": "01/10/2026"}, {"CIN_END": "01/10/2026", "CLOSURE": "RC7"}),
    Case("AA28", "children_in_care", {"CEASED": "E8"}, LEFT_CARE),
    Case("AA28", "adoption", {"REVERSED": "01/10/2026"}, {"REVERSED": "01/10/2026", "REVERSED_WHY": "RD2"}),
    Case("AA28", "adopters", {"GONE": "01/10/2026"}, {"GONE": "01/10/2026", "GONE_WHY": "1"}),
    Case("AA30", "children_in_need", {"STATUS": "CLO"}, {"STATUS": "CLO", "CIN_END": "01/10/2026"}),
    Case("AA30", "children_in_need", {"CIN_END": "01/10/2026"}, {"CIN_END": ""}),
    Case("AA31", "children_in_need", {}, {}, {"children_in_care": LEFT_CARE}, {"children_in_care": IN_CARE}),
    Case("AA32", "children_in_need", {"STATUS": "CPP"}, {"STATUS": "CPP"},
         {"child_protection": NO_PLAN}, {"child_protection": OPEN_PLAN}),
    Case("AA33", "children_in_need", {"STATUS": "CIN"}, {"STATUS": "CIN"},
         {"children_in_care": IN_CARE}, {"children_in_care": LEFT_CARE}),
    Case("AA34", "children_in_need", {"STATUS": "ASM"}, {"STATUS": "ASM"},
         {"child_protection": OPEN_PLAN}, {"child_protection": NO_PLAN}),
    Case("AA35", "child_protection", OPEN_PLAN, OPEN_PLAN, {}, {"children_in_need": {}}),
    Case("AA36", "children_in_care", {}, {}, {}, {"children_in_need": {}}),
    Case("AA37", "section_47", {}, {}, {}, {"child_protection": {}}),
    Case("AA38", "adoption", {"ADOPTION_ORDER": "01/10/2026"}, {"ADOPTION_ORDER": "01/10/2026"},
         {"children_in_care": IN_CARE}, {"children_in_care": LEFT_CARE}),
    Case("AA40", "section_47", {"NO_CONFERENCE": "a) Yes"}, {"NO_CONFERENCE": "a) Yes", "CONFERENCE": ""}),
    Case("AA41", "section_47", {"CONFERENCE": ""}, {"CONFERENCE": "", "LED_TO_PLAN": ""}),
    Case("AA42", "assessments", {"NEEDS_SUPPORT": ""}, {"NEEDS_SUPPORT": "", "AUTHORISED": ""}),
    Case("AA42", "assessments", {"AUTHORISED": ""}, {"NEEDS_SUPPORT": "", "AUTHORISED": ""}),
    Case("AA43", "child_protection", {"LAST_VISIT": ""}, {"LAST_VISIT": "", "SEEN_ALONE": "c) Unknown"}),
    Case("AA44", "child_protection", {"LAST_VISIT": "18/06/2026"}, {"LAST_VISIT": "19/06/2026"}),
    Case("AA45", "children_in_care", {"RHI_ACCEPTED": "Yes"}, {"RHI_ACCEPTED": "Yes", "RHI_OFFERED": "Yes"}),
    Case("AA46", "children_in_care", {"DOB": "31/10/2008"}, {"DOB": "01/11/2008"}),  # 18 on the day, or the day after
    Case("AA47", "care_leavers", {"DOB": "01/11/2011"}, {"DOB": "31/10/2011"}),
    Case("AA47", "care_leavers", {"DOB": "31/10/2000"}, {"DOB": "01/11/2000"}),
    Case("AA48", "care_leavers", {"ACCOMMODATION": ""}, {"ACCOMMODATION": "", "IN_TOUCH": "b) No"}),
    *(Case("AA49", table, {"DOB": "02/05/2012"}, {"DOB": "01/05/2012"},
           {"contacts" if table != "contacts" else "referrals": {"DOB": "01/05/2012"}})
      for table in SPEC.tables if table != "adopters"),
]  # fmt: skip


def judged(home: Path, *, kept: bool) -> list[tuple[Case, bool]]:
    """Judge all cases as one delivery, a child each; return each with whether its rule was found on its row."""
    files: dict[str, list[Row]] = {table: [] for table in SPEC.tables}
    places = []
    for number, case in enumerate(cases(), start=1):
        rows = case.beside_kept if kept and case.beside_kept is not None else case.beside
        for table, change in {**rows, case.table: case.keeps if kept else case.breaks}.items():
            files[table].append(CLEAN[table] | {KEY[table]: f"B{number}"} | change)
        places.append((case.code, case.table, len(files[case.table])))
    there = found("annex_a", 2027, files, as_of=AS_OF)
    return [(case, place in there) for case, place in zip(cases(), places, strict=True)]


def test_a_clean_delivery_has_nothing_to_correct(home: Path) -> None:
    files = {table: [row | {KEY[table]: CHILD_OF.get(table, "A1")}] for table, row in CLEAN.items()}
    assert found("annex_a", 2027, files, as_of=AS_OF) == set()


def test_every_rule_finds_the_row_that_breaks_it(home: Path) -> None:
    missed = [(case.code, case.table, case.breaks) for case, is_found in judged(home, kept=False) if not is_found]
    assert missed == []


def test_no_rule_finds_the_row_that_only_just_keeps_it(home: Path) -> None:
    wrong = [(case.code, case.table, case.keeps) for case, is_found in judged(home, kept=True) if is_found]
    assert wrong == []


def test_every_rule_has_a_case() -> None:
    """As many cases as rules at least, by code and list; repeats and cell counts are tested on their own."""
    covered = Counter((case.code, case.table) for case in cases())
    needed = Counter((rule.code, rule.table) for rule in SPEC.rules if rule.code not in ("AA02", "AA04"))
    assert {place: n for place, n in needed.items() if covered[place] < n} == {}


@pytest.mark.parametrize("table", list(SPEC.tables))
def test_a_repeat_waits_outside_and_the_first_or_latest_comes_in(home: Path, table: str) -> None:
    first = CLEAN[table] | {KEY[table]: "B1"}
    other = CLEAN[table] | {KEY[table]: "B2"}
    there = found("annex_a", 2027, {table: [first, other, first]}, as_of=AS_OF)
    assert [(t, row) for code, t, row in there if code == "AA04"] == [(table, 3)]


def test_of_two_plans_of_a_child_the_latest_comes_in(home: Path) -> None:
    row = CLEAN["child_protection"] | {"CHILD": "B1"}
    there = found("annex_a", 2027, {"child_protection": [row | {"CPP_START": "01/01/2026"}, row]}, as_of=AS_OF)
    assert ("AA04", "child_protection", 1) in there


def test_lists_that_were_not_sent_say_nothing_of_those_that_were(home: Path) -> None:
    files = {"children_in_need": [CLEAN["children_in_need"] | {"CHILD": "B1"}]}
    assert found("annex_a", 2027, files, as_of=AS_OF) == set()


def test_the_columns_are_those_of_ofsteds_lists() -> None:
    # Ofsted's Annex A: 7 to 34 columns a list, 169 in all; list 9 had 13 until four were added
    widths = [len(table.every_column) for table in SPEC.tables.values()]
    assert widths == [7, 8, 11, 12, 14, 14, 17, 34, 17, 16, 19]
    assert sum(widths) == 169
    assert len(SPEC.tables["care_leavers"].columns) == 13


def test_every_column_has_a_privacy_class_its_reason_and_its_headings() -> None:
    for table, declared in SPEC.tables.items():
        for name, column in declared.every_column.items():
            assert column.privacy, (table, name)
            assert len(column.because) > 10, (table, name)
            assert column.headings, (table, name)


def test_a_row_comes_in_only_with_its_whole_key() -> None:
    """Raw requires the key: a part of it that is not valid keeps the row out."""
    for table, declared in SPEC.tables.items():
        for name in declared.key:
            (rule,) = (r for r in SPEC.rules if (r.table, r.check, r.columns) == (table, "valid", (name,)))
            assert declared.columns[name].mandatory, (table, name)
            assert rule.severity == "quarantine", (table, name)


def test_no_two_columns_of_a_list_have_one_name_beyond_the_door() -> None:
    for table, declared in SPEC.tables.items():
        names = [column.loaded_as for column in declared.every_column.values() if column.is_loaded]
        assert len(set(names)) == len(names), table


@pytest.mark.parametrize("dialect", [0, 1], ids=["Ofsted's headings", "the SQL's headings"])
def test_a_workbook_in_each_dialect_is_read_to_its_lists(tmp_path: Path, dialect: int) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for number, (table, declared) in enumerate(SPEC.tables.items(), start=1):
            sheet = book.add_worksheet(f"List {number}")
            row = CLEAN[table] | {KEY[table]: "B1"}
            for place, (name, column) in enumerate(declared.every_column.items()):
                sheet.write(0, place, column.headings[min(dialect, len(column.headings) - 1)])
                sheet.write(1, place, row[name])
    shapes = {
        table: shape_of(
            {name: column.headings for name, column in declared.every_column.items()},
            declared.key[0],
            [name for name, column in declared.every_column.items() if column.type == "date"],
            declared.extra,
        )
        for table, declared in SPEC.tables.items()
    }
    looked = look(path, shapes)
    assert [(sheet.table, sheet.missing) for sheet in looked.sheets] == [(table, ()) for table in SPEC.tables]
    for table, block in WorkbookReader(looked, shapes).blocks():
        assert list(block.columns) == list(SPEC.tables[table].every_column)
        assert block.columns[KEY[table]].to_pylist() == ["B1"]


def test_no_heading_could_be_either_of_two_columns() -> None:
    for table, declared in SPEC.tables.items():
        headings = [normal(h) for column in declared.every_column.values() for h in column.headings]
        assert len(set(headings)) == len(headings), table


@pytest.mark.parametrize(
    "text",
    [
        *("Jane Smith (Assessment Team)", "Smith family - duty", "Duty: J Bloggs", "Team of Grace Example"),
        *("14 Acacia Avenue, Locality 3", "Bloggs, Joe 01/05/2015 assessment", "Duty 01/05/15", "Duty 01 05 15"),
    ],
)
def test_a_name_an_address_or_a_birthday_beside_the_name_of_a_team_does_not_pass(text: str) -> None:
    pattern = str(SPEC.tables["referrals"].columns["TEAM"].pattern)
    assert not pac.match_substring_regex(pa.array([text]), pattern)[0].as_py()


@pytest.mark.parametrize("text", ["Locality 2 Team", "Looked After Team (North)", "Children's Services", "Team 04"])
def test_a_team_that_is_named_in_the_words_of_the_work_passes(text: str) -> None:
    pattern = str(SPEC.tables["referrals"].columns["TEAM"].pattern)
    assert pac.match_substring_regex(pa.array([text]), pattern)[0].as_py()


def test_nothing_that_names_a_person_or_a_place_passes() -> None:
    for declared in SPEC.tables.values():
        for name, column in declared.every_column.items():
            if column.privacy in ("direct-id", "staff-id", "location") or name in ("DOB", "AGE"):
                assert column.becomes in ("pseudonym", "birth_month", "postcode_sector", "dropped"), name


def test_every_loaded_column_is_checked_by_exactly_one_rule() -> None:
    for table, declared in SPEC.tables.items():
        for name, column in declared.every_column.items():
            rules = [r for r in SPEC.rules if (r.table, r.check, r.columns) == (table, "valid", (name,))]
            assert len(rules) == 1 if column.is_loaded else len(rules) <= 1, (table, name)


@pytest.mark.parametrize(
    ("codes", "code", "spellings"),
    [  # Ofsted's wording, a system's or the SQL's, the groups of London's councils
        ("gender", "F", ["b) Female", "Female", "F", "B) FEMALE "]),
        ("gender", "U", ["c) Not stated/recorded", "Unknown"]),
        ("ethnicity", "WBRI", ["a) WBRI", "White British", "A1", "wbri"]),
        ("ethnicity", "NOBT", ["s) NOBT", "t) NOBT", "E4"]),
        ("ethnicity", "WHITE", ["a) White"]),
        ("yes_no", "Y", ["a) Yes", "Yes", "yes", "True", "1", "Y"]),
        ("yes_no", "N", ["b) No", "False", "0"]),
        ("source", "6", ["q) 6: Police", "g) Police", "POLICE", "6"]),
        ("source", "5D", ["p1) 5D: LA services", "5D"]),
        ("source", "3", ["d) Health Services", "Health"]),
        ("need", "N1", ["N1 - Abuse or neglect", "N1 - Abuse or Neglect", "a) Abuse or neglect", "N1"]),
        ("need", "N2", ["N2 - Child’s disability", "b) Child's disability"]),
        ("closure", "RC9", ["RC9 - Case closed after assessment, referred to early help"]),
        ("closure", "RC7", ["g) 'Other' incl. Child no longer in need"]),
        ("abuse", "PHY", ["b) Physical abuse", "Physical abuse", "b) Physical Abuse", "PHY"]),
        ("legal_status", "C2", ["C2: FCO", "b) Full care orders", "Care Order Sec. 31(a)"]),
        ("legal_status", "L", ["f) Detained on child protection grounds in LA accomodation"]),
        ("ceased", "E47", ["k) E47: Special Guardianship Orders - relative/friend", "E47"]),
        ("ceased", "SGO", ["g) Special Guardianship Orders"]),
        ("placement", "U6", ["f) U6: Foster placement - not FFA", "U6"]),
        ("placement", "U", ["a) Foster Placement"]),
        ("provider", "PR4", ["e) PR4: Private provision", "e) PR4 - Private provision", "b) Private"]),
        ("eligibility", "FRE", ["b) Former relevant child", "b) Former relevant"]),
        ("in_touch", "YES", ["a) Yes", "a) In touch", "Y"]),
        ("accommodation", "Z", ["Z: With former foster carers", "o) With Former Foster Carer", "Z1"]),
        ("suitability", "2", ["b) Unsuitable", "b) Not suitable"]),
        ("activity", "G5", ["G5: Not in education, employment or training - other", "G5"]),
        ("reversed", "RD2", ["RD2", "RD2 - The Court did not make a placement order", "b) Court did not make a PO"]),
    ],
)
def test_each_way_to_write_a_code_is_the_code(codes: str, code: str, spellings: list[str]) -> None:
    dialects = Dialects(SPEC.code_lists, SPEC.code_aliases)
    assert dialects.canonical(codes, pa.array(spellings)).to_pylist() == [code] * len(spellings)


def test_every_day_on_which_a_newborn_may_first_be_met_shows_its_month() -> None:
    """What is kept only bounds a birth or is long after it (ADR 0015). Each list says when its own child was born."""
    of_children = [table for table in SPEC.tables.values() if table.subject("child")]
    columns = [(heading, column) for table in of_children for heading, column in table.every_column.items()]
    assert {heading for heading, column in columns if column.type == "date" and column.becomes == "kept"} == {
        *("LAST_SEEN", "LAST_VISIT", "LAST_REVIEW", "LAST_IRO", "LAST_HEALTH", "LAST_DENTAL", "CARE_END"),
        *("PATHWAY_REVIEW", "LAST_CONTACT"),
        *("DECISION", "PLACEMENT_ORDER", "MATCHED", "PLACED", "ADOPTION_ORDER", "REVERSED"),
    }
    assert all(table.columns["DOB"].becomes == "birth_month" for table in of_children)
    assert not any(table.columns["DOB"].mandatory for table in of_children), (
        "without a birth, a day is as of the unborn"
    )
