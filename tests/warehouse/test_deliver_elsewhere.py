"""The night's last step sends each folder where it is wanted, and one place's fault is that place's alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from socialcare.door.remote_place import Place, open_plainly
from socialcare.registry import all_councils
from socialcare.registry.councils import Deliver
from socialcare.settings import get_settings
from socialcare.steps import deliver_extracts, night

from .hand_made import manifest, rows
from .hand_made import night as publish


@pytest.fixture
def there(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Durham and the region want their files elsewhere; South Tyneside's place cannot be opened."""
    place = tmp_path / "elsewhere"
    wanted = {
        "durham": Deliver(to=f"file://{place}/durham"),
        "south_tyneside": Deliver(to=f"file://{place}/south_tyneside", connection="a_connection"),
    }
    councils = tuple(
        council.model_copy(update={"deliver": wanted.get(council.id, Deliver())}) for council in all_councils()
    )
    monkeypatch.setattr(deliver_extracts, "all_councils", lambda: councils)
    monkeypatch.setattr(deliver_extracts, "REPORT", None)  # the few marts made here have nothing to draw
    monkeypatch.setenv("SOCIALCARE_DELIVER_TO", f"file://{place}/region")
    get_settings.cache_clear()
    declared = manifest(extract=True)
    declared["nodes"]["model.socialcare.now_own"]["config"]["meta"]["extract"] = True
    publish("a", manifest=declared)
    return place


def outcomes(step: str) -> dict[str, str]:
    return dict(rows("loader", f"select subject, outcome from ops.outcomes where step = '{step}'"))


def test_each_place_gets_its_own_folder_and_a_fault_keeps_no_other_out(there: Path) -> None:
    assert night.deliver("n1").outcome == "delivered"
    assert outcomes("send_extracts") == {"regional": "sent", "durham": "sent", "south_tyneside": "failed"}
    assert sorted(path.name for path in there.iterdir()) == ["durham", "region"]
    for name, folder in (("region", "regional"), ("durham", "durham")):
        sent = {path.name: path.read_bytes() for path in (there / name / "v1").iterdir()}
        here = {path.name: path.read_bytes() for path in (get_settings().extracts / "v1" / folder).iterdir()}
        assert sent == here
        assert json.loads((there / name / "current.json").read_text())["folder"] == "v1"
    assert not (get_settings().extracts / "STALE.txt").exists(), "what is here is fresh"
    assert [step for step, subject, *_ in night.failures("n1") if subject == "south_tyneside"] == [
        "ingest_council",
        "send_extracts",
    ]
    assert night.deliver("n2").outcome == "delivered"
    again = dict(rows("loader", "select subject, outcome from ops.outcomes where night_id = 'n2'"))
    assert (again["durham"], again["regional"], again["south_tyneside"]) == ("unchanged", "unchanged", "failed")


def test_a_night_that_published_nothing_is_told_everywhere(there: Path) -> None:
    night.deliver("n1")
    assert night.verdict("n2") == night.NOTHING_PUBLISHED
    for place in (get_settings().extracts, there / "durham", there / "region"):
        assert "night n2 published nothing" in (place / "STALE.txt").read_text()
    assert "night n2" in json.loads((there / "durham" / "current.json").read_text())["stale"]
    assert outcomes("tell_stale") == {"south_tyneside": "failed"}
    night.deliver("n3")
    assert not (there / "durham" / "STALE.txt").exists()
    assert json.loads((there / "durham" / "current.json").read_text())["stale"] is None


def test_a_place_that_fails_once_is_tried_again(there: Path) -> None:
    failed: list[str] = []

    def once(address: str, connection: str) -> Place:
        if address not in failed:
            failed.append(address)
            raise ConnectionError
        return open_plainly(address, "")

    night.deliver("n1", once)
    assert len(failed) == 3
    assert set(outcomes("send_extracts").values()) == {"sent"}
