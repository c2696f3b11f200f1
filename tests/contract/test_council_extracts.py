"""Files that other people made, through the door on a real server: each is recognised and gets a sensible verdict.

They lie beside the checkout (shared/council_extracts) where they are available: synthetic test data of public
projects, none of our three councils'. Councils that are made up send them, with the number that the file states. The
verdicts are what the door said; each was looked at against the file, and why it is right is written beside it.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import TESTS

from socialcare.database import connect
from socialcare.door import arrival
from socialcare.door.intake import take_in
from socialcare.registry import councils
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings

EXTRACTS = TESTS.parents[1] / "shared" / "council_extracts"


@dataclass(frozen=True)
class Sent:
    """One delivery of other people's files: what it must be taken for, and how it must end."""

    files: tuple[str, ...]
    collection_year: int
    return_id: str
    verdict: str
    reason: str = ""
    rows_in: int = 0
    rows_quarantined: int = 0
    why_outside: tuple[tuple[str, str, int], ...] = ()
    """Of the rows that wait outside: table, rule and how often it was found."""
    states: str = "999"
    """The council's number that the file states."""
    day: str = ""

    def __str__(self) -> str:
        return Path(self.files[0]).name


def ssda903(year: int, rows_in: int, quarantined: int, *why: tuple[str, str, int]) -> Sent:
    """Return a year of the demand model's SSDA903; it calls a year by its first April, DfE by its last March."""
    names = ("episodes", "header", "missing", "oc2", "oc3", "previous_permanence", "reviews", "uasc")
    files = tuple(f"cs_demand_model_2017_2021/{year}-{name}.csv" for name in names)
    return Sent(files, year + 1, "ssda903", "partly_accepted", "", rows_in, quarantined, why)


CSCDP, LIIA = "annex_a_cscdp", "liia_tools"
SENT = (
    # Five referrals and ten lists with their headings alone: they are filled in as guidance asks.
    Sent((f"{CSCDP}/2015-01-sample.xlsx",), 2021, "annex_a", "accepted", "", 5),
    # Eleven headings and nothing under them.
    Sent((f"{CSCDP}/2016-01-sample.xlsx",), 2021, "annex_a", "rejected", "no_rows"),
    Sent((f"{CSCDP}/2016-02-sample.xlsx",), 2021, "annex_a", "rejected", "no_rows"),
    # An old spreadsheet; one early help assessment stands there twice (rows 6 and 8).
    Sent((f"{CSCDP}/example-A-2005.xls",), 2021, "annex_a", "partly_accepted", "", 13, 1, (("early_help", "AA04", 1),)),
    Sent(
        (f"{CSCDP}/example-B-2004.xlsx",), 2021, "annex_a", "partly_accepted", "", 11, 1, (("early_help", "AA04", 1),)
    ),
    # A report on matches between lists, none of Ofsted's.
    Sent((f"{CSCDP}/report.xlsx",), 2021, "unknown", "rejected", "workbook_unknown"),
    # All eleven lists, made up at random: three children were in care, or had a plan, before they were born.
    Sent(
        (f"{LIIA}/Annex_A.xlsx",),
        *(2023, "annex_a", "partly_accepted", "", 59, 3),
        (("adoption", "AA07", 1), ("child_protection", "AA07", 1), ("children_in_care", "AA07", 1)),
    ),
    # One child whose dates are in another century: findings, and none that keeps a row out.
    Sent((f"{LIIA}/cin-2022.xml",), 2022, "cin_census", "accepted", "", 12, states="201", day="2022-03-31"),
    # Workers made up at random: seven begin after the census day.
    Sent(
        (f"{LIIA}/social_work_workforce_2022.xml",),
        *(2022, "csww", "partly_accepted", "", 32, 7, (("workers", "CW06", 7),)),
        states="301",
        day="2022-09-30",
    ),
    # Episodes without the header that DfE asks for beside them.
    Sent((f"{LIIA}/SSDA903_2020_episodes.csv",), 2020, "ssda903", "rejected", "table_missing"),
    Sent((f"{LIIA}/SSDA903_episodes_for_testing_fixes_INPUT.csv",), 2017, "ssda903", "rejected", "table_missing"),
    # A model of the numbers in care. Counted in the files without the door: rows; episodes with one of DEC and REC
    # (148), a REC that was not valid in the year (149; 490 of the first year's have one of the two), an end after the
    # year (354); reviews that stand there twice.
    ssda903(
        *(2017, 7409, 490 + 2 + 5),
        *(("episodes", "148", 434), ("episodes", "149", 84), ("episodes", "354", 2), ("reviews", "SC03", 5)),
    ),
    ssda903(2018, 5579, 235 + 3, ("episodes", "148", 235), ("reviews", "SC03", 3)),
    ssda903(
        *(2019, 3910, 160 + 1 + 2),
        *(("episodes", "148", 160), ("episodes", "354", 1), ("reviews", "SC03", 2)),
    ),
    ssda903(2020, 2680, 105 + 1, ("episodes", "148", 105), ("reviews", "SC03", 1)),
    ssda903(2021, 1863, 62 + 1, ("episodes", "148", 62), ("reviews", "SC03", 1)),
)


@pytest.fixture(scope="session")
def extracts() -> Path:
    """The folder of other people's files; tests that need it are skipped where it is absent."""
    if not EXTRACTS.is_dir():
        pytest.skip("the folder of files that other people made (shared/council_extracts) is not beside this checkout")
    return EXTRACTS


@pytest.fixture(autouse=True)
def _made_up_councils(module_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside our three, a council for each delivery, which agreed to send every return."""
    ours = councils.all_councils()
    every = tuple(declared.id for declared in all_returns())
    made_up = [
        ours[0].model_copy(update={"id": id_of(sent), "name": "Made-up", "dfe_code": sent.states, "returns": every})
        for sent in SENT
    ]
    agreed = [one.model_copy(update={"returns": every}) for one in ours]
    monkeypatch.setattr(councils, "all_councils", lambda: (*agreed, *made_up))


def id_of(sent: Sent) -> str:
    return f"made_up_{'abcdefghijklmnopqrstuvwxyz'[SENT.index(sent)]}"


def deliver(extracts: Path, sent: Sent, council_id: str) -> tuple[object, ...]:
    """Put the files into the inbox, take them in, and return what the warehouse remembers of them."""
    folder = get_settings().inbox / council_id / "sent"
    folder.mkdir(parents=True)
    for file in sent.files:
        shutil.copyfile(extracts / file, folder / Path(file).name)
    stated = {"as_of_date": sent.day or f"{sent.collection_year}-03-31", "collection_year": sent.collection_year}
    (folder / "delivery.json").write_text(json.dumps({**stated, "synthetic": True}))
    (delivery,) = arrival.look(council_id).whole
    take_in(delivery)
    with connect("loader") as connection:
        (found,) = connection.execute(
            "select return_id, verdict, reason, rows_in, rows_quarantined from raw.deliveries where council_id = %s",
            [council_id],
        )
    return found


@pytest.mark.parametrize("sent", SENT, ids=str)
def test_every_file_gets_a_sensible_verdict(extracts: Path, sent: Sent) -> None:
    found = deliver(extracts, sent, id_of(sent))
    assert found == (sent.return_id, sent.verdict, sent.reason, sent.rows_in, sent.rows_quarantined)
    (page,) = (get_settings().outbox / id_of(sent)).glob("receipt-*.html")
    assert page.with_suffix(".xlsx").exists()
    with connect("loader") as connection:
        outside = connection.execute(
            "select table_name, rule_code, count(*) from door.quarantine join raw.deliveries using (delivery_id)"
            " where council_id = %s group by 1, 2 order by 1, 2",
            [id_of(sent)],
        ).fetchall()
    assert tuple(outside) == sent.why_outside


def test_no_file_of_the_folder_is_left_out(extracts: Path) -> None:
    there = Counter(str(file.relative_to(extracts)) for file in extracts.rglob("*.*") if file.name != "README.md")
    assert Counter(file for sent in SENT for file in sent.files) == there


@pytest.mark.parametrize("sent", [sent for sent in SENT if sent.states != "999"], ids=str)
def test_in_our_own_inboxes_they_are_another_councils(extracts: Path, sent: Sent) -> None:
    council_id = "durham" if sent.return_id == "csww" else "south_tyneside"
    found = deliver(extracts, sent, council_id)
    assert found == (sent.return_id, "rejected", "another_council", 0, 0)
