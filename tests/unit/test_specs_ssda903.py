"""The declaration of SSDA903: every column classed, every rule known, every year as DfE changed it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.unit.door_cases import found

from socialcare.errors import Fault
from socialcare.registry import returns
from socialcare.registry.councils import all_councils
from socialcare.registry.returns import Rule, all_returns, return_spec
from socialcare.warehouse.raw_returns import columns_of

SPEC = return_spec("ssda903")


def test_every_column_has_a_privacy_class_and_its_reason() -> None:
    bare = [
        (table, name)
        for table, declared in SPEC.tables.items()
        for name, column in declared.every_column.items()
        if column.privacy is None or not column.because
    ]
    assert bare == []


def test_no_identifier_date_of_birth_or_place_is_kept_as_it_is() -> None:
    for table in SPEC.tables.values():
        for name, column in table.every_column.items():
            if column.privacy in ("direct-id", "location") or name in ("DOB", "MC_DOB"):
                assert column.becomes != "kept", name


@pytest.mark.parametrize("change", [{"privacy": None}, {"because": ""}], ids=["no class", "no reason"])
def test_an_unclassified_column_is_not_loaded(change: dict[str, object]) -> None:
    column = SPEC.tables["header"].columns["SEX"]
    assert column.is_loaded
    assert not column.model_copy(update=change).is_loaded


def test_a_declaration_that_keeps_an_identifier_is_refused(tmp_path: Path) -> None:
    written = yaml.safe_load((returns.FOLDER / "ssda903.yml").read_text(encoding="utf-8"))
    written["tables"]["header"]["columns"]["CHILD"]["becomes"] = "kept"
    (tmp_path / "ssda903.yml").write_text(yaml.safe_dump(written))
    with pytest.raises(Fault, match="may not be kept"):
        all_returns(tmp_path)


@pytest.mark.parametrize(
    ("year", "codes", "valid", "gone"),
    [  # SSDA903 guides of the years; see the reasons in the declaration
        (2024, "sex", "1", "M"),
        (2025, "sex", "M", "1"),
        (2018, "rec", "E43", "E45"),
        (2019, "rec", "E45", "E43"),
        (2018, "reason_place_change", "CARPL", "CUSTOD"),
        (2024, "place", "H5", "K3"),
        (2025, "place", "K3", "H5"),
        (2025, "place", "Z1", "Z11"),
        (2026, "place", "Z11", "Z1"),
    ],
)
def test_code_lists_change_with_the_collection_year(year: int, codes: str, valid: str, gone: str) -> None:
    listed = SPEC.for_year(year).code_lists[codes]
    assert valid in listed
    assert gone not in listed


#: The files and their columns, as DfE's guide and the public validator name them (section 1.2 of the reference).
FILES = {
    "Header": "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB",
    "Episodes": "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
    "Reviews": "CHILD DOB REVIEW REVIEW_CODE",
    "UASC": "CHILD SEX DOB DUC",
    "OC2": "CHILD DOB SDQ_SCORE SDQ_REASON CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT "
    "SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED",
    "OC3": "CHILD DOB IN_TOUCH ACTIV ACCOM",
    "AD1": "CHILD DOB DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR",
    "PlacedAdoption": "CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED",
    "PrevPerm": "CHILD DOB PREV_PERM LA_PERM DATE_PERM",
    "Missing": "CHILD DOB MISSING MIS_START MIS_END",
    "SWEpisodes": "CHILD DOB SW_ID SW_DECOM SW_DEC SW_REASON",
    "DoLo": "CHILD DOB DOLO_START DOLO_END",
}
#: The years of the files that came later.
LATER = {"SWEpisodes": 2024, "DoLo": 2027}
#: Every code that was not there in all years: the first and the last in which it is (section 1.2 of the reference).
NOT_ALWAYS = {
    ("sex", "1 2", 2017, 2024),
    ("sex", "M F U", 2025, 2027),
    ("rec", "E43 E44", 2017, 2018),
    ("rec", "E45 E46 E47 E48", 2019, 2027),
    ("reason_place_change", "CUSTOD", 2019, 2027),
    ("activ", "F3 P3", 2017, 2021),
    ("activ", "F4 P4 F5 P5", 2022, 2027),
    ("place", "H5 P2", 2017, 2024),
    ("place", "K3", 2025, 2027),
    ("place", "Z1", 2017, 2025),
    ("place", "Z11 Z12 Z13 Z14", 2026, 2027),
}


def test_the_files_of_every_year_have_the_columns_that_they_have() -> None:
    for year in range(2017, 2028):
        tables = {t.label: t for t in SPEC.for_year(year).tables.values() if t.applies(year)}
        assert set(tables) == {label for label in FILES if LATER.get(label, year) <= year}
        for label, table in tables.items():
            assert set(table.columns) == set(FILES[label].split()), (year, label)


def test_no_code_is_in_other_years_than_its_own() -> None:
    expected = {
        (codes, code): set(range(first, last + 1))
        for codes, listed, first, last in NOT_ALWAYS
        for code in listed.split()
    }
    years: dict[tuple[str, str], set[int]] = {}
    for year in range(2017, 2028):
        for codes, listed in SPEC.for_year(year).code_lists.items():
            for code in listed:
                years.setdefault((codes, code), set()).add(year)
    every_year = set(range(2017, 2028))
    assert {one: of for one, of in years.items() if of != every_year} == expected


def test_each_difference_says_why() -> None:
    assert all(len(d.why) > 20 for d in SPEC.differences.values())


def test_a_collection_year_ends_on_31_march() -> None:
    assert SPEC.year_of(date(2026, 3, 31)) == 2026
    assert SPEC.year_of(date(2026, 4, 1)) == 2027
    assert SPEC.for_year(2027).year_end == date(2027, 3, 31)


def test_a_year_before_the_base_is_refused_by_name() -> None:
    with pytest.raises(Fault, match="collection_year_unknown"):
        SPEC.for_year(2016)


@pytest.mark.parametrize("year", range(2017, 2028))
def test_every_loaded_column_is_checked_by_exactly_one_rule_in_every_year(year: int) -> None:
    declared = SPEC.for_year(year)
    for name, table in declared.tables.items():
        for column, about in table.every_column.items():
            rules = [r.code for r in declared.rules if (r.table, r.check, r.columns) == (name, "valid", (column,))]
            assert len(rules) == 1 if about.is_loaded else len(rules) <= 1, (name, column)


#: The 63 rules that the reference lists as the best known, by their codes.
BEST_KNOWN = " ".join(
    (
        "101 102 103 141 142 144 145 146 147 148 149 151 153 168 210 218 225 301 302 352 355 356 361 362 365",
        "367 371 384 388 411 431 432 433 434 435 436 437 501 502 504 557 564 566 567 570 571 577 578 620 630",
        "1000 1001 1011 1015 444 454 SW17STG2 INT01 INT12 INT21 700 709 710",
    )
).split()


def test_the_best_known_rules_are_declared() -> None:
    assert len(BEST_KNOWN) == 63
    assert set(BEST_KNOWN) <= {rule.code for rule in SPEC.rules}


@pytest.mark.parametrize(
    ("code", "until", "first"),
    [("101", 2024, 2025), ("218", 2024, 2025), ("371", 2023, 2024), ("371", 2024, 2025), ("SW13STG1", 2024, 2025)],
)
def test_a_rule_that_changed_has_one_wording_in_every_year(code: str, until: int, first: int) -> None:
    old, new = ([r for r in SPEC.for_year(year).rules if r.code == code] for year in (until, first))
    assert (len(old), len(new)) == (1, 1)
    assert old != new


def test_a_rule_is_judged_in_exactly_one_way() -> None:
    rule = SPEC.rules[0].model_dump(by_alias=True, exclude_none=True)
    for more in ({"fails": "true"}, {"check": None}):
        with pytest.raises(ValueError, match="exactly one"):
            Rule.model_validate(rule | more)


def test_rules_name_only_relations_and_columns_that_exist(home: Path) -> None:
    """Every statement of every year is run once over one empty row of each file: wrong SQL fails here, not at night."""
    for year in range(SPEC.base_year, SPEC.last_year + 1):
        tables = {table: [dict.fromkeys(declared.every_column, "")] for table, declared in SPEC.tables.items()}
        assert found("ssda903", year, tables)


#: What the tables of an earlier version of the platform have: a database that exists must not change.
HEADER_WAS = " ".join(("council_id child_pseudonym sex birth_month ethnic upn_kind mother _delivery_id _line",)).split()
EPISODES_WERE = " ".join(
    (
        "council_id child_pseudonym decom rne ls cin place place_provider dec rec reason_place_change",
        "home_sector pl_sector _delivery_id _line",
    )
).split()


def test_the_tables_of_raw_keep_the_columns_they_had() -> None:
    header, episodes = (columns_of(SPEC.tables[table]) for table in ("header", "episodes"))
    assert list(header) == HEADER_WAS
    assert [column for column in episodes if column in EPISODES_WERE] == EPISODES_WERE
    assert set(episodes) - set(EPISODES_WERE) == {"decom_is_month", "pl_location", "pl_distance_miles"}
    kinds = {column: about.kind for column, about in episodes.items()}
    assert (kinds["decom"], kinds["dec"], kinds["child_pseudonym"]) == ("date not null", "date", "text not null")


def test_every_column_of_raw_says_what_it_means() -> None:
    for table in SPEC.tables.values():
        assert table.means
        assert all(about.meaning.endswith(".") for about in columns_of(table).values())


def test_every_council_sends_returns_that_are_declared() -> None:
    known = {declared.id for declared in all_returns()}
    assert all(set(council.returns) <= known for council in all_councils())


def test_the_days_on_which_a_newborn_is_taken_in_show_their_month() -> None:
    assert next(iter(SPEC.tables)) == "header", "the births are read first"
    days = {name: c.reduced_when for t in SPEC.tables.values() for name, c in t.columns.items() if c.flag}
    assert days == {"DECOM": {"RNE": "S"}, "SW_DECOM": {}}
