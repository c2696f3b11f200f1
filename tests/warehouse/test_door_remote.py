"""A whole night with a council whose folders are elsewhere: fetched, taken in, cleared there, and answered there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from socialcare.door import remote
from socialcare.errors import Fault
from socialcare.registry import council
from socialcare.settings import get_settings
from socialcare.steps import exchange_files, night

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nA1,F,01/05/2015,WBRI,UN1,0,\n"
EPISODES = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "A1,01/09/2026,S,C2,N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n"
)


@pytest.fixture
def there(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "elsewhere"
    (place / "inbox").mkdir(parents=True)
    declared = council("durham").model_copy(
        update={"inbox": f"file://{place}/inbox", "outbox": f"file://{place}/outbox"}
    )
    monkeypatch.setattr(exchange_files, "council", lambda _: declared)
    monkeypatch.setattr(remote, "SETTLED_AFTER_SECONDS", 0)
    return place


def deliver(there: Path, *, marker: bool) -> None:
    place = there / "inbox" / "october" if marker else there / "inbox"
    place.mkdir(exist_ok=True)
    (place / "h.csv").write_text(HEADER)
    (place / "e.csv").write_text(EPISODES)
    if marker:
        stated = {"as_of_date": "2026-10-31", "collection_year": 2027, "synthetic": True}
        (place / "delivery.json").write_text(json.dumps(stated))


@pytest.mark.parametrize("marker", [True, False], ids=["a folder with its marker", "loose files"])
def test_a_delivery_from_elsewhere_is_taken_in_cleared_and_answered(there: Path, marker: bool) -> None:
    deliver(there, marker=marker)
    assert night.fetch_inbox("n1", "durham").outcome == "fetched"
    assert night.ingest_council("n1", "durham").outcome == "accepted"
    assert night.send_outbox("n1", "durham").outcome == "sent"
    assert list((there / "inbox").iterdir()) == []
    assert sorted(path.name for path in (there / "outbox").iterdir()) == sorted(
        path.name for path in (get_settings().outbox / "durham").glob("[!.]*")
    )
    assert night.fetch_inbox("n2", "durham").outcome == "nothing_sent"
    assert night.send_outbox("n2", "durham").outcome == "unchanged"


def test_what_cannot_be_fetched_fails_by_name_and_does_not_keep_the_rest_out(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALCARE_COUNCILS", "inbox")
    get_settings.cache_clear()
    (there / "inbox").rmdir()
    with pytest.raises(Fault, match="remote_failed"):
        night.fetch_inbox("n1", "durham")
    assert night.ingest_council("n1", "durham").outcome == "nothing_sent"
    assert [step for step, *_ in night.failures("n1") if step == "fetch_inbox"] == ["fetch_inbox"]


def test_what_nobody_here_may_remove_there_keeps_nothing_new_out(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(there, marker=True)
    night.fetch_inbox("n1", "durham")
    night.ingest_council("n1", "durham")

    def refused(*given: object) -> None:
        raise PermissionError

    monkeypatch.setattr(remote, "_remove", refused)
    with pytest.raises(Fault, match="remote_failed"):
        night.send_outbox("n1", "durham")
    (there / "inbox" / "november").mkdir()
    (there / "inbox" / "november" / "h.csv").write_text(HEADER)
    (there / "inbox" / "november" / "delivery.json").write_text('{"as_of_date": "2026-11-30", "collection_year": 2027}')
    fetched = night.fetch_inbox("n2", "durham")
    assert (fetched.outcome, "could not be removed there" in fetched.detail) == ("fetched", True)
