"""The planted truth: counted in the life, and the same when counted again from the written files alone."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import etree

from socialcare import generate
from socialcare.generate.truth import Figure, in_time

AS_OF, YEAR = date(2026, 3, 31), 2026
BEGINS = pd.Timestamp(2025, 4, 1)
UNTIL = pd.Timestamp(AS_OF)


class Sent:
    """What a council sent, read as any reader would."""

    def __init__(self, folder: Path) -> None:
        self.folders = generate.write_everything("durham", folder, AS_OF, YEAR, in_care=150)
        self.truth = {f["indicator"]: f for f in json.loads((folder / "truth.json").read_text())["figures"]}

    def table(self, delivery: str, table: str) -> pd.DataFrame:
        path = self.folders[delivery] / f"SYNTHETIC_{delivery}_{table}_durham.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in frame.columns:
            if frame[name].str.fullmatch(r"\d\d/\d\d/\d{4}").any():
                frame[name] = pd.to_datetime(frame[name], format="%d/%m/%Y", errors="coerce")
        return frame

    def census(self, delivery: str) -> etree._Element:
        (path,) = self.folders[delivery].glob("*.xml")
        return etree.parse(str(path)).getroot()

    def cases(self) -> list[etree._Element]:
        """The census's cases without the children of planted defects, whose numbers begin at nine million."""
        return [c for c in self.census("cin_census").iter("CINdetails") if not _planted(c.getparent())]


def _planted(child: etree._Element) -> bool:
    return child.findtext("ChildIdentifiers/LAchildID", "").removeprefix("SYNDUR")[:1] != "0"


def _wrong(worker: etree._Element) -> bool:
    """Whether the worker is there for a planted defect: their numbers are not like the others'."""
    return not worker.findtext("SWENo", "").startswith(("SW99840", "SW99000"))


def days(elements: list[etree._Element], tag: str) -> pd.Series:
    return pd.Series([pd.to_datetime(e.findtext(tag)) for e in elements], dtype="datetime64[ns]")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    return Sent(tmp_path_factory.mktemp("sent"))


@pytest.fixture(scope="module")
def episodes(sent: Sent) -> pd.DataFrame:
    rows = sent.table("ssda903", "episodes")
    return rows[~rows["LS"].isin(["V3", "V4"])].sort_values(["CHILD", "DECOM"])


def test_children_in_care_starts_and_ceases(sent: Sent, episodes: pd.DataFrame) -> None:
    assert episodes["DEC"].isna().sum() == sent.truth["CLA01n"]["value"] == 150
    started = episodes[episodes["RNE"].eq("S") & episodes["DECOM"].between(BEGINS, UNTIL)]
    assert started["CHILD"].nunique() == sent.truth["CLA02n"]["value"]
    ceased = episodes[episodes["DEC"].notna() & ~episodes["REC"].isin(["X1", ""])]
    assert ceased["CHILD"].nunique() == sent.truth["CLA03n"]["value"]
    assert ceased["REC"].isin(["E11", "E12"]).sum() == sent.truth["CLA_ADOPTED"]["value"]


def test_placement_stability(sent: Sent, episodes: pd.DataFrame) -> None:
    now = episodes[episodes["DEC"].isna()]["CHILD"]
    mine = episodes[episodes["CHILD"].isin(now)]
    first = ~mine["CHILD"].duplicated()
    placements = (first | mine["RNE"].isin(["S", "P", "B"])).groupby(mine["CHILD"]).sum()
    assert (placements >= 3).sum() == sent.truth["CLA04"]["numerator"]
    assert len(placements) == sent.truth["CLA04"]["denominator"]


def test_placements_and_legal_status_now(sent: Sent, episodes: pd.DataFrame) -> None:
    now = episodes[episodes["DEC"].isna()]
    assert now["PLACE"].str.startswith("U").sum() == sent.truth["CLA_FOSTER"]["numerator"]
    assert now["LS"].eq("C2").sum() == sent.truth["CLA_C2"]["numerator"]


def test_missing_and_the_interviews_on_return(sent: Sent, episodes: pd.DataFrame) -> None:
    gone = sent.table("ssda903", "missing")
    began = gone[gone["MIS_START"].between(BEGINS, UNTIL) & gone["MISSING"].eq("M")]
    assert began["CHILD"].nunique() == sent.truth["CLA07"]["numerator"]
    assert episodes["CHILD"].nunique() == sent.truth["CLA07"]["denominator"]
    talks = sent.table("local_records", "return_home_interviews")
    held = talks[talks["INTERVIEWED_ON"].notna() & talks["RETURNED_ON"].between(BEGINS, UNTIL)]
    back, met = (held[f"{n}_ON"] + pd.to_timedelta(held[f"{n}_AT"] + ":00") for n in ("RETURNED", "INTERVIEWED"))
    assert (met - back <= pd.Timedelta(hours=72)).sum() == sent.truth["MIS03"]["numerator"]
    assert len(held) == sent.truth["MIS03"]["denominator"]


def test_health_of_those_in_care_all_year(sent: Sent) -> None:
    rows = sent.table("ssda903", "oc2")
    assert (len(rows), rows["TEETH_CHECK"].eq("1").sum()) == (
        sent.truth["CLA12"]["denominator"],
        sent.truth["CLA12"]["numerator"],
    )
    scores = pd.to_numeric(rows["SDQ_SCORE"], errors="coerce").dropna()
    assert scores.mean() == pytest.approx(sent.truth["CLA13"]["value"])


def test_care_leavers(sent: Sent) -> None:
    rows = sent.table("ssda903", "oc3")
    assert len(rows) == sent.truth["CL05"]["denominator"]
    assert rows["IN_TOUCH"].eq("YES").sum() == sent.truth["CL_TOUCH"]["numerator"]
    turns = (rows["DOB"] + pd.DateOffset(years=19)) <= UNTIL
    assert rows["ACCOM"].str.endswith("1")[turns].sum() == sent.truth["CL01"]["numerator"]


def test_referrals_and_open_cases(sent: Sent) -> None:
    cases = sent.cases()
    referred = days(cases, "CINreferralDate")
    nothing = pd.Series([c.findtext("ReferralNFA") == "1" for c in cases])
    assert referred.between(BEGINS, UNTIL).sum() == sent.truth["CIN02n"]["value"]
    assert nothing.sum() == sent.truth["CIN04"]["numerator"]
    assert (days(cases, "CINclosureDate").isna() & ~nothing).sum() == sent.truth["CIN01n"]["value"]


def test_assessments_in_time(sent: Sent) -> None:
    done = [a for c in sent.cases() for a in c.iter("Assessments") if a.findtext("AssessmentAuthorisationDate")]
    begin, end = (days(done, tag).to_numpy("datetime64[D]") for tag in _ASSESSED)
    assert len(done) == sent.truth["CIN05n"]["value"]
    assert (np.busday_count(begin, end) <= 45).sum() == sent.truth["CIN05"]["numerator"]


_ASSESSED = ("AssessmentActualStartDate", "AssessmentAuthorisationDate")


def test_enquiries_and_conferences(sent: Sent) -> None:
    enquiries = [s for c in sent.cases() for s in c.iter("Section47")]
    assert days(enquiries, "S47ActualStartDate").between(BEGINS, UNTIL).sum() == sent.truth["CIN06n"]["value"]
    held = [s for s in enquiries if s.findtext("DateOfInitialCPC")]
    assert len(held) == sent.truth["CIN07n"]["value"]
    begin, end = (days(held, tag).to_numpy("datetime64[D]") for tag in ("S47ActualStartDate", "DateOfInitialCPC"))
    assert (np.busday_count(begin, end) <= 15).sum() == sent.truth["CIN08"]["numerator"]


def test_protection_plans(sent: Sent) -> None:
    plans = [p for c in sent.cases() for p in c.iter("ChildProtectionPlans")]
    began, ended = days(plans, "CPPstartDate"), days(plans, "CPPendDate")
    new = began.between(BEGINS, UNTIL)
    assert ended.isna().sum() == sent.truth["CIN09n"]["value"]
    assert new.sum() == sent.truth["CIN10n"]["value"]
    again = pd.Series([int(p.findtext("NumberOfPreviousCPP")) for p in plans]) > 0
    assert (new & again).sum() == sent.truth["CIN13"]["numerator"]
    neglect = pd.Series([p.findtext("InitialCategoryOfAbuse") == "NEG" for p in plans])
    assert (new & neglect).sum() == sent.truth["CIN11_NEG"]["numerator"]
    assert (ended.isna() & (began + pd.DateOffset(years=2) <= UNTIL)).sum() == sent.truth["CIN14"]["numerator"]


def test_the_workforce_by_the_departments_method(sent: Sent) -> None:
    people = [w for w in sent.census("csww").iter("CSWWWorker") if not _wrong(w)]
    frame = pd.DataFrame([{e.tag: e.text for e in worker} for worker in people])
    frame["FTE"], left = frame["FTE"].astype(float), frame["RoleEndDate"].notna()
    own = frame["AgencyWorker"].eq("0")
    assert frame["FTE"][own & ~left].sum() == pytest.approx(sent.truth["WF01"]["value"])
    assert frame["FTE"][left].sum() == pytest.approx(sent.truth["WF03"]["value"])
    holders = frame["Cases30"].notna()
    assert frame["Cases30"][holders].astype(int).sum() == sent.truth["WF10"]["numerator"]
    assert frame["FTE30"][holders].astype(float).sum() == pytest.approx(sent.truth["WF10"]["denominator"])
    vacant = float(sent.census("csww").findtext("LALevelVacancies/NumberOfVacancies"))
    in_post = frame["FTE"][own & ~left].sum()
    assert 100 * vacant / (vacant + in_post) == pytest.approx(sent.truth["WF05"]["value"])


def test_audits_and_supervision(sent: Sent) -> None:
    audits = sent.table("local_records", "case_audits")
    final = audits["MODERATED_GRADE"].where(audits["MODERATED_GRADE"].ne(""), audits["GRADE"])
    assert final.isin(["OUT", "GOOD"]).sum() == sent.truth["QA01"]["numerator"]
    staff, talks = (sent.table("local_records", name) for name in ("staff", "supervision"))
    here = staff["ENDED"].isna() | (staff["ENDED"] > UNTIL)
    scope = staff[here & (staff["STARTED"] <= UNTIL - pd.Timedelta(days=35))]["STAFF_NO"]
    late = talks[talks["HELD_ON"] > UNTIL - pd.Timedelta(days=35)]["STAFF_NO"]
    assert (scope.isin(late).sum(), len(scope)) == (sent.truth["QA06"]["numerator"], sent.truth["QA06"]["denominator"])


def test_the_returns_are_about_the_same_children(sent: Sent) -> None:
    in_census = {c.findtext("LAchildID") for c in sent.census("cin_census").iter("ChildIdentifiers")}
    header = sent.table("ssda903", "header")
    rows = sent.table("ssda903", "episodes")
    now = set(rows[rows["DEC"].isna() & ~rows["LS"].isin(["V3", "V4"])]["CHILD"])
    assert now <= in_census
    (told,) = sent.folders["ssda903_xml"].glob("*.xml")
    births = {c.findtext("HEADER/CHILDID"): c.findtext("HEADER/DOB") for c in etree.parse(str(told)).getroot()}
    assert births == dict(zip(header["CHILD"], header["DOB"].dt.strftime("%d/%m/%Y"), strict=True))


def test_the_truth_file_has_an_answer_to_forty_questions_and_says_how(sent: Sent) -> None:
    assert len(sent.truth) >= 100
    assert all(f["how"] and f["name"] for f in sent.truth.values())
    rows = list(csv.DictReader((sent.folders["local_records"].parent / "truth.csv").open()))
    assert {r["indicator"] for r in rows} == set(sent.truth)
    assert {(r["council"], r["collection_year"]) for r in rows} == {("durham", "2026")}


def test_reviews_in_time_by_hand() -> None:
    # Three stays from day 0; first review due by day 28, the next 90 days after the one before; the year is 0 to 200.
    began = np.zeros(3, dtype=np.int64)
    owner, held = np.array([0, 0, 1, 2]), np.array([20, 105, 40, 20])
    kept = in_time(began, began + 28, owner, held, held + 90, 0, 200)
    # The first's third is due on 195 and not held by 200; the second's first was late; the third had no second.
    assert kept.tolist() == [False, False, False]
    assert in_time(began, began + 28, owner, held, held + 90, 0, 190).tolist() == [True, False, False]
    assert in_time(began, began + 28, owner, held, held + 90, 0, 100).tolist() == [True, False, True]


def test_a_share_of_nobody_is_no_figure() -> None:
    from socialcare.generate.truth import share

    assert share("X", "x", 0, 0, "of nobody") == Figure("X", "x", "percent", 0, 0, None, "of nobody")
