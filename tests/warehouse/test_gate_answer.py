"""A held version: it waits for a person with a name and a reason, it ends unpublished, and it blocks no other night."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.gate import answer
from socialcare.settings import get_settings
from socialcare.warehouse import versions, versions_held

from . import gate_marts as made
from .gate_marts import Figure, changed, own, published
from .hand_made import rows

#: Whether a statement of ours waits for another's lock.
_WAITING = (
    "select count(*) from pg_locks join pg_stat_activity using (pid) where not granted and query like '%supersede%'"
)
WHY = "DfE confirmed it by telephone"


def bad(figures: list[Figure], times: float = 10) -> list[Figure]:
    """One old figure, ``times`` what it was."""
    return changed(
        figures, lambda f: (f.indicator, f.council, f.year) == ("children", 5, 2022), lambda f: f.value * times
    )


def held(key: str = "bad", times: float = 10) -> int:
    """Run a night that is held; return its version."""
    with pytest.raises(Fault, match="version_held"):
        made.night(key, bad(published(2023), times), own())
    waits = versions_held.waiting()
    assert waits is not None
    return waits.version_id


@pytest.fixture
def first(warehouse: str) -> int:
    return made.night("first", published(2023), own())


def test_a_held_version_is_published_by_nobody_in_passing(first: int) -> None:
    version_id = held()
    with pytest.raises(Fault, match="version_held"):
        versions.publish(version_id, first)
    with pytest.raises(Fault, match="version_not_audited"):
        versions.rollback(version_id, why="try")
    assert versions.current() == first


def test_an_approval_publishes_and_remembers_who_when_why_and_what(first: int) -> None:
    version_id = held()
    answer.approve(version_id, by="Ada Example", reason=WHY)
    assert versions.current() == version_id
    [kept] = rows(
        "publisher",
        "select decision, decided_by, reason, via, decided_at is not null, findings -> 0 ->> 'rule'"
        " from versions.holds",
    )
    assert kept == ("approved", "Ada Example", WHY, "command", True, "tenfold")
    assert rows("publisher", "select why from versions.history order by move_id desc limit 1") == [
        (f"approved by Ada Example: {WHY}",)
    ]
    assert made.night("next", bad(published(2024)), own()) > version_id, "what was approved is not asked about again"


NOBODY = [("", WHY), ("  ", WHY), ("admin", WHY), ("Anonymous", WHY), ("Ada Example", ""), ("Ada Example", "   ok    ")]


def test_an_approval_without_a_name_or_a_reason_is_refused(first: int) -> None:
    version_id = held()
    for by, reason in NOBODY:
        for decide in (answer.approve, answer.decline):
            with pytest.raises(Fault, match="approval_incomplete"):
                decide(version_id, by=by, reason=reason)
    assert versions.current() == first
    assert versions_held.waiting() is not None
    with connect("publisher") as connection, pytest.raises(Exception, match="a_decision_says_who_and_why"):
        connection.execute("update versions.holds set decision = 'approved' where version_id = %s", [version_id])


def test_an_answer_that_could_identify_a_child_is_refused(first: int) -> None:
    version_id = held()
    with pytest.raises(Fault, match="approval_incomplete") as caught:
        answer.approve(version_id, by="Ada Example", reason="the child born 09/08/2013 moved away")
    assert "2013" not in str(caught.value)


def test_only_named_approvers_may_answer_where_they_are_named(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    version_id = held()
    monkeypatch.setenv("SOCIALCARE_APPROVERS", "Grace Example, Ada Example")
    get_settings.cache_clear()
    with pytest.raises(Fault, match="SOCIALCARE_APPROVERS"):
        answer.approve(version_id, by="Eve Example", reason=WHY)
    answer.approve(version_id, by="Ada Example", reason=WHY)
    assert versions.current() == version_id


def test_after_its_deadline_it_stays_unpublished(first: int) -> None:
    version_id = held()
    with connect("publisher") as connection:
        connection.execute("update versions.holds set deadline = now() - interval '1 s'")
    with pytest.raises(Fault, match="approval_too_late"):
        answer.approve(version_id, by="Ada Example", reason=WHY)
    assert versions.current() == first


def test_a_declined_version_is_gone_and_the_same_figures_are_asked_about_with_that_answer(first: int) -> None:
    version_id = held()
    answer.decline(version_id, by="Ada Example", reason="A digit too many at Council F")
    with pytest.raises(Fault, match="version_not_held"):
        answer.approve(version_id, by="Ada Example", reason=WHY)
    with pytest.raises(Fault, match="version_held") as caught:
        made.night("again", bad(published(2023)), own())
    assert "declined by Ada Example: A digit too many at Council F" in caught.value.what
    assert versions.current() == first


def test_a_held_night_does_not_block_the_next_which_supersedes_it(first: int) -> None:
    version_id = held()
    good = made.night("good", published(2024), own())
    assert versions.current() == good
    with pytest.raises(Fault, match="version_not_held"):
        answer.approve(version_id, by="Ada Example", reason=WHY)
    assert rows("publisher", "select decision, via from versions.holds") == [("superseded", "night")]


def test_another_held_night_supersedes_the_first_and_compares_with_what_people_read(first: int) -> None:
    one = held("one")
    other = held("other", times=12)
    assert rows("publisher", "select version_id, decision, against_version from versions.holds order by 1") == [
        (one, "superseded", first),
        (other, None, first),
    ]
    answer.approve(other, by="Ada Example", reason=WHY)
    assert versions.current() == other


def test_an_approval_that_was_cut_short_goes_on(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    version_id = held()
    versions_held.decide(
        version_id, "approved", by="Ada Example", reason=WHY, via="command"
    )  # killed before it published
    answer.approve(version_id, by="Ada Example", reason=WHY)
    assert versions.current() == version_id


def test_what_people_read_since_cannot_be_overtaken_by_an_approval(first: int) -> None:
    version_id = held()
    with connect("publisher") as connection:  # as if another night had published, unseen by the hold
        connection.execute("update versions.holds set current_version = 999")
    with pytest.raises(Fault, match="newer_version_published"):
        answer.approve(version_id, by="Ada Example", reason=WHY)
    assert versions.current() == first


def overtaken() -> int:
    """Publish another version that the hold never hears of, as a night beside it would; return it."""
    seen = versions.current()
    version_id = made.audited("beside", published(2024), own())
    versions.publish(version_id, seen)
    return version_id


def test_an_answer_that_comes_too_late_is_not_kept_for_another_night(first: int) -> None:
    version_id = held()
    beside = overtaken()
    with pytest.raises(Fault, match="newer_version_published"):
        answer.approve(version_id, by="Ada Example", reason=WHY)
    assert rows("publisher", "select decision from versions.holds") == [(None,)]
    with pytest.raises(Fault, match="version_held"):
        made.night("bad", bad(published(2023)), own())
    assert versions.current() == beside


def test_an_approval_counts_only_beside_what_was_read_when_it_was_given(first: int) -> None:
    version_id = held()
    versions_held.decide(
        version_id, "approved", by="Ada Example", reason=WHY, via="command"
    )  # killed before publishing
    beside = overtaken()
    with pytest.raises(Fault, match="version_held"):
        made.night("bad", bad(published(2023)), own())  # the same build: the same version again
    assert versions.current() == beside
    waits = versions_held.waiting()
    assert waits is not None
    assert waits.version_id == version_id


def test_an_answer_and_the_next_night_at_once_do_not_lock_each_other_out(first: int) -> None:
    """The answer is half given when the night supersedes what waits: the answer stands, and neither fails."""
    version_id = held()
    with ThreadPoolExecutor() as pool:
        with connect("publisher") as answering:
            answering.execute("select from versions.holds where version_id = %s for update", [version_id])
            night = pool.submit(versions_held.supersede)
            while not rows("publisher", _WAITING)[0][0]:
                time.sleep(0.01)
            answering.execute(
                "update versions.holds set decision = 'declined', decided_by = 'Ada Example', reason = %s", [WHY]
            )
            answering.execute("update versions.version set state = 'declined' where version_id = %s", [version_id])
        night.result(timeout=10)
    assert rows("publisher", f"select state from versions.version where version_id = {version_id}") == [("declined",)]
    assert rows("publisher", "select decision from versions.holds") == [("declined",)]


def test_the_page_and_the_command_tell_why_it_is_held_and_no_own_value(first: int) -> None:
    from rich.console import Console

    from socialcare.gate import page, show

    made.night("own", published(2023), own(factor=1.37))
    version_id = held("and one figure")
    console = Console(record=True, width=200)
    show.show(console, version_id)
    show.show_trend(console, 3)
    for text in (console.export_text(), page.write(version_id).read_text()):
        assert "tenfold: indicator_values, children: Council F at 2022" in text
        assert f"approve {version_id}" in text
    before = Console(record=True, width=200)
    show.show(before, version_id - 1)
    told = before.export_text()
    assert "local_indicators (counts alone)" in told
    assert not any(f" {round((40 + 10 * n) * 1.37)} " in told for n in range(6)), "a council's own value was shown"
