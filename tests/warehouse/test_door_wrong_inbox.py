"""A file of another council: refused, and both councils and the data engineer are told, none of them any detail."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from socialcare.database import connect
from socialcare.operate import alerts
from socialcare.settings import get_settings
from socialcare.steps.ingest_council import ingest_council

CHILD = "ZQXCHILD77"
FILES = {
    "ZQXFILE h.csv": f"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n{CHILD},F,01/05/2015,WBRI,UN1,0,\n",
    "e.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    f"{CHILD},01/09/2026,S,C2,N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n",
}
#: 807 is the number of Redcar and Cleveland; the message came to the inbox of Durham.
CENSUS = {
    "ZQXFILE.xml": "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>"
    "<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>807</LEA>"
    f"</Source></Header><Children><Child><ChildIdentifiers><LAchildID>{CHILD}</LAchildID></ChildIdentifiers></Child>"
    "</Children></Message>"
}


def send(council_id: str, files: dict[str, str], year: int = 2027, day: str = "2026-10-31") -> str:
    folder = get_settings().inbox / council_id / "sent"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    (folder / "delivery.json").write_text(json.dumps({"as_of_date": day, "collection_year": year, "synthetic": True}))
    return ingest_council(council_id).outcome


def notices_to(council_id: str) -> list[Path]:
    return sorted((get_settings().outbox / council_id).glob("notice-*"))


def told_the_engineer() -> str:
    path = get_settings().logs / "notices.jsonl"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize(
    ("owner", "files"), [("redcar_and_cleveland", CENSUS), ("south_tyneside", FILES)], ids=["its number", "its bytes"]
)
def test_both_sides_and_the_engineer_are_told_without_detail(warehouse: str, owner: str, files: dict[str, str]) -> None:
    if files is FILES:
        assert send(owner, files) == "accepted"
    given = {"year": 2026, "day": "2026-03-31"} if files is CENSUS else {}
    assert send("durham", files, **given) == "rejected"  # type: ignore[arg-type]
    with connect("loader") as connection:
        refused = connection.execute("select verdict, reason from raw.deliveries where council_id = 'durham'")
        assert refused.fetchall() == [("rejected", "another_council")]
    (notice,) = notices_to(owner)
    told = notice.read_text() + told_the_engineer()
    assert "another" in told
    for secret in (CHILD, "ZQXFILE", "DH1 3ZZ", "2015"):
        assert secret not in told
    assert "durham" not in notice.read_text().lower(), "the owner is not told who has it"
    assert owner not in told_the_engineer(), "whose it is is for both councils to find out"
    assert notice.stat().st_mode & 0o777 == 0o600
    assert notices_to("durham") == []
    receipt = "".join(path.read_text() for path in (get_settings().outbox / "durham").glob("receipt-*.html"))
    assert "another council" in receipt
    others = {"durham", owner}
    assert {folder.name for folder in get_settings().outbox.iterdir()} == others


def test_a_file_in_a_zip_is_known_too_and_its_owner_told_when_the_night_is_killed_at_once(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send("south_tyneside", FILES) == "accepted"
    folder = get_settings().inbox / "durham" / "zipped"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "return.zip", "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    (folder / "delivery.json").write_text(json.dumps({"as_of_date": "2026-10-31", "collection_year": 2027}))

    def killed(*told: object, **how: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(alerts, "notice", killed)  # the first thing after the delivery was taken in
    with pytest.raises(KeyboardInterrupt):
        ingest_council("durham")
    monkeypatch.undo()
    assert len(notices_to("south_tyneside")) == 1
    assert ingest_council("durham").outcome == "nothing_sent"
    with connect("loader") as connection:
        refused = connection.execute("select verdict, reason from raw.deliveries where council_id = 'durham'")
        assert refused.fetchall() == [("rejected", "another_council")]


def test_a_file_without_rows_belongs_to_nobody(warehouse: str) -> None:
    missing = {"m.csv": "CHILD,DOB,MISSING,MIS_START,MIS_END\n"}
    assert send("south_tyneside", {**FILES, **missing}) == "accepted"
    own = {name: content.replace(CHILD, "OTHER1") for name, content in FILES.items()}
    assert send("durham", {**own, **missing}) == "accepted"
    assert told_the_engineer() == ""


def test_a_list_that_names_nobody_may_be_the_same_in_two_councils(warehouse: str) -> None:
    teams = {"teams.csv": "TEAM,SERVICE,OPENED,CLOSED\nFF-1,SW,01/02/2018,\n"}
    assert send("south_tyneside", teams) == "accepted"
    assert send("durham", teams) == "accepted"
    assert not notices_to("south_tyneside")
