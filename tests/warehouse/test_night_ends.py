"""How a night ends when its version was not published: what is delivered, asked, said and marked."""

from __future__ import annotations

import pytest

from socialcare.deliver import place
from socialcare.errors import Fault
from socialcare.gate import answer
from socialcare.outcomes import Outcome
from socialcare.steps import build, deliver_extracts, night
from socialcare.warehouse import versions, versions_held

from . import gate_marts as made
from .gate_marts import own, published
from .test_gate_answer import WHY, bad

_delivered: list[int | None] = []


@pytest.fixture
def first(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """A version that people read, and a night of no sources; its extracts are only written down."""

    def written(night_id: str, *_: object) -> Outcome:
        _delivered.append(versions.current())
        return Outcome("deliver", "extracts", "delivered")

    _delivered.clear()
    monkeypatch.setattr(night, "all_sources", tuple)
    monkeypatch.setattr(night, "all_councils", tuple)
    monkeypatch.setattr(deliver_extracts, "deliver_extracts", written)
    monkeypatch.setattr(place, "delivered_version", lambda: _delivered[-1] if _delivered else None)
    monkeypatch.setattr("socialcare.steps.build.build_and_audit", _held_build)
    monkeypatch.setattr(night, "watch_sources", lambda night_id: None)
    return made.night("first", published(2023), own())


def _held_build(night_id: str) -> build.Build:
    made.night(night_id, bad(published(2023)), own())
    raise AssertionError("the gate let it go")


def test_a_night_that_is_held_still_delivers_what_people_read(first: int) -> None:
    assert night.run("held") == night.HELD
    assert first == versions.current()
    assert _delivered == [first]


def test_a_night_that_fails_still_delivers_what_people_read(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(night_id: str) -> build.Build:
        raise Fault("critical_check_failed", "made up by this test")

    monkeypatch.setattr("socialcare.steps.build.build_and_audit", broken)
    assert night.run("failed") == night.NOTHING_PUBLISHED
    assert _delivered == [first]


def test_what_is_left_to_a_person_is_built_again_by_no_ingest(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "build_key", lambda: "held")
    assert build.build_wanted()
    assert night.run("held") == night.HELD
    assert not build.build_wanted(), "a person is asked about exactly this"
    waits = versions_held.waiting()
    assert waits is not None
    answer.decline(waits.version_id, by="Ada Example", reason=WHY)
    assert not build.build_wanted(), "a person said no to exactly this"
    monkeypatch.setattr(build, "build_key", lambda: "more came in")
    assert build.build_wanted()


def test_what_was_taken_back_is_built_again_by_no_ingest(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made.night("second", published(2024), own())
    monkeypatch.setattr(build, "build_key", lambda: "second")
    versions.rollback(why="a test")
    assert not build.build_wanted()
