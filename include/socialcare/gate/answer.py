"""A person's answer to a held version: approve it, which publishes it, or decline it."""

from __future__ import annotations

from socialcare.errors import Fault
from socialcare.operate.alerts import looks_identifying
from socialcare.warehouse import versions, versions_held
from socialcare.warehouse.versions_held import Held, Via


def approve(version_id: int, *, by: str, reason: str, via: Via = "command") -> None:
    """Publish a held version on a person's word. Extracts are another step.

    Raises Fault ``approval_incomplete``, ``version_not_held``, ``approval_too_late``, and those of ``publish``.
    """
    _refuse_identity(by, reason)
    held = versions_held.find(version_id)
    if held is None or held.decision != "approved":  # approved already: what was cut short goes on
        held = versions_held.decide(version_id, "approved", by=by, reason=reason, via=via)
    versions.publish(version_id, held.current_version, why=f"approved by {held.decided_by or by}: {reason.strip()}")


def decline(version_id: int, *, by: str, reason: str, via: Via = "command") -> Held:
    """Say that a held version must not be published. Raises as ``approve`` does."""
    _refuse_identity(by, reason)
    return versions_held.decide(version_id, "declined", by=by, reason=reason, via=via)


def _refuse_identity(by: str, reason: str) -> None:
    """An answer is kept, logged and shown: nothing in it may be a child's."""
    if looks_identifying(by) or looks_identifying(reason):
        raise Fault(
            "approval_incomplete", "The answer holds something that could identify a child.", where="--by, --reason",
            remedy="say it without a number or a date that belongs to a person.",
        )  # fmt: skip
