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


def test_a_night_that_died_after_its_version_was_held_is_held(first: int) -> None:
    night.begin("died")
    with pytest.raises(Fault, match="version_held"):
        _held_build("died")  # and nothing wrote down how the step ended
    assert night.verdict("died") == night.HELD
    [(step, subject, what, remedy)] = night.failures("died")
    assert (step, subject) == ("build_and_audit", "warehouse")
    assert "waits for a person" in what
    assert "socialcare approve" in remedy


def test_what_a_person_approved_before_the_verdict_is_not_marked_stale(first: int) -> None:
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver_extracts, "mark_stale", lambda night_id, reason, *_: said.append(night_id))
        with pytest.raises(Fault, match="version_held"):
            night.build_and_audit("approved")
        assert night.verdict("approved") == night.HELD
        assert said == ["approved"], "while nobody answered, what people read is the version before"
        waits = versions_held.waiting()
        assert waits is not None
        answer.approve(waits.version_id, by="Ada Example", reason=WHY)
        night.deliver("the answer")
        night.verdict("approved")
        assert said == ["approved"], "what was delivered is this night's own version"


def test_a_page_that_cannot_be_written_hides_no_hold_and_is_named(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("socialcare.gate.page.write", full)
    version_id = made.audited("held", bad(published(2023)), own())
    with pytest.raises(Fault, match="version_held") as caught:
        build.review_and_show(version_id, "held")
    assert "page of what changed could not be written (OSError)" in caught.value.what
    assert caught.value.remedy == versions_held.how_to_answer(version_id)
    good = made.audited("good", published(2024), own())
    assert "could not be written (OSError)" in build.review_and_show(good, "good")
