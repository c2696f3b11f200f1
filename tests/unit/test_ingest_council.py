"""What a night says of a council's deliveries: the worst of them, since each may be another return."""

from __future__ import annotations

from datetime import date

import pytest

from socialcare.door import arrival
from socialcare.door.verdicts import Taken
from socialcare.errors import Fault
from socialcare.steps import ingest_council
from socialcare.steps.ingest_council import ingest_council as step

DAY = date(2026, 10, 31)
ACCEPTED, UNCHANGED = Taken("accepted", "", DAY, 5, 5, 0), Taken("unchanged", "", DAY)
REFUSED = Taken("rejected", "table_missing", DAY)


@pytest.mark.parametrize(
    ("taken", "outcome"),
    [
        ([REFUSED, ACCEPTED], "rejected"),
        ([Taken("partly_accepted", "", DAY, 5, 4, 1), ACCEPTED], "partly_accepted"),
        ([ACCEPTED, UNCHANGED], "accepted"),
        ([UNCHANGED], "unchanged"),
        ([], "nothing_sent"),
    ],
)
def test_a_return_that_is_refused_is_told_whatever_came_after_it(
    monkeypatch: pytest.MonkeyPatch, taken: list[Taken], outcome: str
) -> None:
    ended = iter(taken)
    monkeypatch.setattr(arrival, "look", lambda _: arrival.Inbox(tuple(taken), 0))  # type: ignore[arg-type]
    monkeypatch.setattr(ingest_council, "_wants_synthetic", lambda _: False)
    monkeypatch.setattr(ingest_council, "_take_in", lambda _: next(ended))
    said = step("durham")
    assert (said.outcome, bool(said.remedy)) == (outcome, outcome in ("rejected", "partly_accepted"))
    if REFUSED in taken:
        assert said.detail == (
            "2 deliveries: 1 rejected, 1 accepted (as of 2026-10-31). Header and Episodes must come together."
        )


def test_a_delivery_that_cannot_be_taken_keeps_none_of_the_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def take_in(delivery: str) -> Taken:
        tried.append(delivery)
        if delivery == "second":
            raise Fault("delivery_changed", "A file changed while it was read.", retryable=True)
        return ACCEPTED

    inbox = arrival.Inbox(("first", "second", "third"), 0)  # type: ignore[arg-type]
    monkeypatch.setattr(arrival, "look", lambda _: inbox)
    monkeypatch.setattr(ingest_council, "_take_in", take_in)
    with pytest.raises(Fault, match="delivery_changed"):
        step("durham")
    assert tried == ["first", "second", "third"]
