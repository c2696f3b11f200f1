"""A council's deliveries over the days: how much came in, which defects last, and when each was fixed."""

from __future__ import annotations

import json

from tests.warehouse.test_dbt_build import make_tables, rows

from socialcare.database import connect
from socialcare.settings import get_settings
from socialcare.steps.ingest_council import ingest_council
from socialcare.warehouse import dbt

HEADINGS = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"


def deliver(day: str, **sexes: str) -> str:
    """Deliver one child a name, each with this sex and one episode; the code X is none of the code list."""
    folder = get_settings().inbox / "durham" / day
    folder.mkdir(parents=True)
    header = "".join(f"{child},{sex},01/05/2015,WBRI,UN1,0,\n" for child, sex in sexes.items())
    episodes = "".join(f"{child},01/09/2026,S,C2,N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n" for child in sexes)
    (folder / "h.csv").write_text(HEADINGS + header)
    (folder / "e.csv").write_text(EPISODES + episodes)
    (folder / "delivery.json").write_text(json.dumps({"as_of_date": day, "collection_year": 2027, "synthetic": True}))
    return ingest_council("durham").outcome


def test_a_defect_is_followed_until_it_is_fixed(warehouse: str) -> None:
    with connect("loader") as connection:
        make_tables(connection)
    outcomes = [
        deliver("2026-10-01", A1="M", A2="X", A3="X"),
        deliver("2026-10-02", A1="M", A2="X", A3="F"),
        deliver("2026-10-03", A1="M", A2="F", A3="F"),
    ]
    assert outcomes == ["partly_accepted", "partly_accepted", "accepted"]
    dbt.build("+quality_deliveries +quality_defects")
    assert rows(
        "select council_code, place, verdict, rows_in, rows_loaded, rows_quarantined, is_newest, is_synthetic"
        " from marts.quality_deliveries order by place"
    ) == [
        ("E06000047", 1, "partly_accepted", 6, 4, 2, False, True),
        ("E06000047", 2, "partly_accepted", 6, 5, 1, False, True),
        ("E06000047", 3, "accepted", 6, 6, 0, True, True),
    ]
    (defect,) = rows(
        "select table_name, severity, first_place, deliveries, rows_found, rows_at_most, is_open, days_to_fix"
        " from marts.quality_defects where column_name = 'SEX'"
    )
    assert defect == ("header", "quarantine", 1, 2, 1, 2, False, 0)
    said = rows("select string_agg(t::text, ' ') from marts.quality_defects t")
    assert "A2" not in str(said), "whose row it was is for the receipt alone"
