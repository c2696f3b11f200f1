"""What a night's verdict asks of the version that the night held for a person."""

from __future__ import annotations

from socialcare.database import connect
from socialcare.deliver import place
from socialcare.outcomes import Outcome, record
from socialcare.warehouse import versions, versions_held
from socialcare.warehouse.versions_held import Held

_STEP, _SUBJECT = "build_and_audit", "warehouse"


def tell(night_id: str) -> Held | None:
    """Return what the night held, if anything; if it waits still, see to it that the build is told as held.

    A build that died after its version was held could not write that down: the version waits all the same.
    """
    held = versions_held.of_night(night_id)
    if held is None or held.decision is not None:
        return held
    with connect("loader") as connection:
        told = connection.execute(
            "select from ops.outcomes where night_id = %s and step = %s and subject = %s and outcome = 'held'",
            [night_id, _STEP, _SUBJECT],
        ).fetchone()
    if told is None:
        what = f"version {held.version_id} waits for a person until {held.deadline:%Y-%m-%d %H:%M} UTC"
        record(night_id, Outcome(_STEP, _SUBJECT, "held", what, versions_held.how_to_answer(held.version_id)))
    return held


def is_read_and_delivered(held: Held | None) -> bool:
    """Return whether a person approved what was held and its extracts are written: nothing is stale then."""
    return held is not None and place.delivered_version() == held.version_id == versions.current()
