"""What may be said of an estimate, in plain words, and why nothing can be said where it is refused."""

from __future__ import annotations

from socialcare.errors import Fault
from socialcare.impact.effects import Effect, Estimate

#: With fewer teams an interval holds, and is wide: it says little that nothing was found.
_FEW = 30


def verdict(effect: Effect) -> str:
    """Name what an effect is: ``rise`` or ``fall`` where it is told apart from chance, else ``not_told_apart``."""
    if not effect.is_told_apart:
        return "not_told_apart"
    return "rise" if effect.points > 0 else "fall"


def reading(found: Estimate, left_out: tuple[str, ...]) -> str:
    """Say what an estimate tells, and what to mind with it."""
    return " ".join([_told(found.effect), *_warnings(found, left_out)])


def refusal(fault: Fault) -> str:
    """Say why nothing can be said, and what to do."""
    return f"Nothing can be said. {fault.what} What to do: {fault.remedy}"


def _told(effect: Effect) -> str:
    size = f"{effect.points:+.1f} points ({effect.low:+.1f} to {effect.high:+.1f})"
    name = verdict(effect)
    if name == "not_told_apart":
        return f"{size}: not told apart from no change."
    return f"{size}: a {name}, told apart from chance."


def _warnings(found: Estimate, left_out: tuple[str, ...]) -> list[str]:
    made = [f"Left out: {reason}." for reason in left_out]
    if found.before is not None and found.before.is_told_apart:
        made.append(
            f"Before they began, the teams had moved apart from the others by {found.before.points:+.1f} points"
            f" ({found.before.low:+.1f} to {found.before.high:+.1f}): the effect may be that movement, going on."
        )
    teams = found.begun + found.not_yet
    if teams < _FEW:
        made.append(f"{teams} teams are few: that nothing is told apart does not mean that nothing changed.")
    return made
