"""The watch over the sources: each thing is told once, with what to do, and clears itself, told once."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console
from tests.fakes import misbehaving

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.operate import report_status
from socialcare.outcomes import Outcome, record
from socialcare.publishers import server
from socialcare.publishers.reply import Reply
from socialcare.registry import source
from socialcare.settings import get_settings
from socialcare.steps import night
from socialcare.steps.watch_sources import open_conditions, watch_sources

from .hand_made import night as publish

SOURCE = "dfe_children_looked_after"
#: What a look asks first: the releases of the publication.
LISTED = "/ees/api/publications/children-looked-after-in-england-including-adoptions/releases"
NOW = datetime.now(UTC)


def told() -> list[str]:
    path: Path = get_settings().logs / "notices.jsonl"
    return [json.loads(line)["subject"] for line in path.read_text().splitlines()] if path.exists() else []


def look(outcome: str, fault: str = "", *, at: datetime = NOW, detail: str = "It said so.") -> None:
    """Leave behind what a look at the source leaves."""
    with connect("loader") as connection:
        connection.execute(
            "insert into raw.looks (source_id, looked_at, outcome, fault, detail, remedy) values (%s, %s, %s, %s, %s,"
            " 'mend it') on conflict (source_id) do update set looked_at = excluded.looked_at,"
            " outcome = excluded.outcome, fault = excluded.fault, detail = excluded.detail",
            [SOURCE, at, outcome, fault, detail],
        )


def landed(release: str, published_on: str | None) -> None:
    with connect("loader") as connection:
        connection.execute(
            "insert into raw.landings (source_id, table_name, release_id, release, published_on, publication_title,"
            " file_name, file_sha256, file_bytes, rows_loaded) values (%s, 'numbers_and_rates', %s, %s, %s, 'A title',"
            " 'a.csv', %s, 1, 1)",
            [SOURCE, f"{SOURCE}/{release}", release, published_on, release.rjust(64, "0")],
        )


def test_a_source_that_vanished_is_told_once_and_once_more_when_it_is_back(warehouse: str) -> None:
    look("failed", "not_found", detail="The publisher answered 404.")
    assert "new: dfe_children_looked_after is vanished" in watch_sources().detail
    assert watch_sources().detail == "1 open"
    ((subject, condition, _, detail, remedy),) = open_conditions()
    assert (subject, condition, detail) == (SOURCE, "vanished", "The publisher answered 404.")
    assert source(SOURCE).homepage in remedy
    look("unchanged")
    assert "over: dfe_children_looked_after is no longer vanished" in watch_sources().detail
    assert watch_sources().detail == "nothing to report"
    assert open_conditions() == []
    assert told() == [f"{SOURCE} is vanished", f"{SOURCE} is no longer vanished"]
    look("failed", "not_found")
    watch_sources()
    assert told()[2:] == [f"{SOURCE} is vanished"], "a second time is a new one"


def test_a_look_that_failed_otherwise_does_not_end_what_it_could_not_see(warehouse: str) -> None:
    look("failed", "not_found")
    watch_sources()
    look("failed", "publisher_unreachable")
    watch_sources()
    assert told() == [f"{SOURCE} is vanished"]
    assert [row[1] for row in open_conditions()] == ["vanished"]
    look("unchanged")
    watch_sources()
    assert told()[1:] == [f"{SOURCE} is no longer vanished"]


def test_what_a_publisher_answers_is_what_the_watch_tells(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real server whose list of releases moves for good, then is gone, then is where it was."""
    listed = f"{LISTED}$"
    for number, changes in enumerate(
        ({listed: misbehaving.moved_to(f"{LISTED}?moved")}, {LISTED: misbehaving.always(410)}, {}, {})
    ):
        with monkeypatch.context() as day, suppress(Fault):
            day.setattr(server, "running", partial(server.running, changes))
            night.ingest_source(f"n{number}", SOURCE)
        night.watch_sources(f"n{number}")
    assert told() == [
        f"{SOURCE} is moved",
        f"{SOURCE} is vanished",
        f"{SOURCE} is no longer moved",
        f"{SOURCE} is no longer vanished",
    ]
    lines = (get_settings().logs / "notices.jsonl").read_text().splitlines()
    assert f"{LISTED}?moved" in json.loads(lines[0])["text"]


def test_a_move_stays_open_until_a_look_asks_further_than_the_list_again(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a release holds is asked for on its day only: a night that finds nothing new cannot end its move."""

    def before_2024(reply: Reply, time: int) -> Reply:
        listed = [release for release in json.loads(reply.body) if release["slug"] != "2024"]
        return Reply(json.dumps(listed).encode(), 200, reply.headers)

    early: dict[str, misbehaving.Change] = {f"{LISTED}$": before_2024}
    moved = {f"{LISTED}/2023/data-content$": misbehaving.moved_to("?moved")}
    outcomes = []
    changes: dict[str, misbehaving.Change] = dict(early)
    with server.running(changes) as publishers:  # one server for all nights: its address stays
        monkeypatch.setattr(server, "running", lambda: nullcontext(publishers))
        for number, tonight in enumerate((early | moved, early, early, dict[str, misbehaving.Change]())):
            changes.clear()
            changes.update(tonight)
            outcomes.append(night.ingest_source(f"n{number}", SOURCE).outcome)
            night.watch_sources(f"n{number}")
            assert told() == [f"{SOURCE} is moved", f"{SOURCE} is no longer moved"][: 1 + (number == 3)]
            assert len(open_conditions()) == (number != 3)
    assert outcomes == ["landed", "unchanged", "unchanged", "landed"]


def test_status_shows_what_is_open(warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
    publish("a")
    look("failed", "gone", detail="It is [gone].")
    watch_sources()
    report_status.show(Console(width=200))
    said = capsys.readouterr().out
    assert f"{SOURCE} is vanished since" in said
    assert "It is [gone]." in said
    assert "what to do: open https://" in said


def test_a_late_source_is_over_with_its_next_release(warehouse: str) -> None:
    look("unchanged", at=datetime(2026, 3, 1, tzinfo=UTC))
    landed("2024", "2024-11-21")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    watch_sources(now)
    landed("2025", "2026-02-27")
    watch_sources(now)
    assert told() == [f"{SOURCE} is late", f"{SOURCE} is no longer late"]


def test_a_source_that_fails_is_told_on_the_third_night(warehouse: str) -> None:
    for days_ago in (2, 1, 0):
        night_id = f"night {days_ago}"
        record(night_id, Outcome("ingest_source", SOURCE, "failed", "no column", "mend it"))
        with connect("loader") as connection:
            connection.execute(
                "update ops.outcomes set finished_at = %s where night_id = %s",
                [NOW - timedelta(days=days_ago), night_id],
            )
        look("kept_last_good", "column_missing", at=NOW - timedelta(days=days_ago))
        watch_sources()
        assert told() == ([] if days_ago else [f"{SOURCE} is failing"])
    record("mended", Outcome("ingest_source", SOURCE, "landed"))
    look("landed")
    watch_sources()
    assert told()[1:] == [f"{SOURCE} is no longer failing"]


def test_a_source_that_failed_and_then_vanished_is_not_told_to_be_well(warehouse: str) -> None:
    for days_ago in (2, 1, 0):
        record(f"night {days_ago}", Outcome("ingest_source", SOURCE, "failed", "no column", "mend it"))
        with connect("loader") as connection:
            connection.execute(
                "update ops.outcomes set finished_at = %s where night_id = %s",
                [NOW - timedelta(days=days_ago), f"night {days_ago}"],
            )
    look("kept_last_good", "column_missing")
    watch_sources()
    look("kept_last_good", "gone")
    assert "over" not in watch_sources().detail
    assert told() == [f"{SOURCE} is failing", f"{SOURCE} is vanished"]
    record("mended", Outcome("ingest_source", SOURCE, "landed"))
    look("landed")
    watch_sources()
    assert told()[2:] == [f"{SOURCE} is no longer vanished"]


def test_what_was_written_down_but_not_told_is_told_by_the_next_watch(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    look("unchanged", at=NOW - timedelta(days=4))
    with monkeypatch.context() as broken:
        broken.setattr("socialcare.operate.alerts.notice", killed)
        with pytest.raises(KeyboardInterrupt):
            watch_sources()
    assert told() == []
    watch_sources()
    watch_sources()
    assert told() == [f"{SOURCE} is quiet"]


def test_the_sample_is_old_by_design_and_nobody_is_told(warehouse: str) -> None:
    night.ingest_source("n1", SOURCE)
    assert night.watch_sources("n1").detail == "nothing to report"
    assert told() == []


def test_a_watch_that_breaks_is_written_down_and_fails_no_night(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("made up by this test")

    monkeypatch.setattr("socialcare.steps.watch_sources.watch_sources", broken)
    assert night.watch_sources("n1").outcome == "failed"
    assert ("watch_sources", "sources") in [failed[:2] for failed in night.failures("n1")]
