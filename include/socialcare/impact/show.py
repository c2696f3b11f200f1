"""What is known of a programme's effect, in a short table and plain warnings."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialcare.errors import Fault
from socialcare.impact import read
from socialcare.impact.effects import Effect, Estimate, estimate
from socialcare.impact.panel import usable
from socialcare.registry.councils import Council

#: With fewer teams an interval holds, and is wide: it says little that nothing was found.
_FEW = 30


def show(console: Console, council: Council, programme: str) -> int:
    """Print what the programme is estimated to have changed; return how many measures could be estimated."""
    table = Table(title=f"{council.name}, programme {programme}", title_justify="left", box=None, pad_edge=False)
    for heading in ("measure", "before", "after", "not yet", "effect", "95% interval", "teams", "reading"):
        table.add_column(heading, justify="left" if heading in ("measure", "reading") else "right")
    notes: list[str] = []
    by_quarter: list[str] = []
    told, is_synthetic = 0, False
    for name, panel, made_up in read.panels(council, programme):
        is_synthetic = is_synthetic or made_up
        try:
            held = usable(panel)
            found = estimate(held)
        except Fault as refusal:
            notes.append(f"{name}: nothing can be said. {refusal.what} What to do: {refusal.remedy}")
            continue
        told += 1
        table.add_row(*_row(name, found))
        by_quarter.append(_by_quarter(name, found))
        notes.extend(_warnings(name, found, held.left_out))
    if is_synthetic:
        console.print(Text("SYNTHETIC: these records were generated. No real worker or child is in them."))
    if told:
        console.print(table)
        console.print("\nBy quarters since the beginning (0 is the quarter of the beginning, and counts for neither):")
        for line in by_quarter:
            console.print(line, highlight=False, markup=False)
        notes.append(_chance(told))
    for note in notes:
        console.print(f"- {note}", highlight=False, markup=False)
    return told


def _row(name: str, found: Estimate) -> tuple[str, ...]:
    effect = found.effect
    direction = "rise" if effect.points > 0 else "fall"
    return (
        name,
        *(f"{share:.1f}%" for share in (found.share_before, found.share_after, found.share_not_yet)),
        f"{effect.points:+.1f}",
        f"{effect.low:+.1f} to {effect.high:+.1f}",
        f"{found.begun} / {found.not_yet}",
        f"a {direction}, told apart from chance" if effect.is_told_apart else "not told apart from none",
    )


def _by_quarter(name: str, found: Estimate) -> str:
    def one(quarter: int, effect: Effect) -> str:
        return f"{quarter:+d}: {effect.points:+.1f} ({effect.low:+.1f} to {effect.high:+.1f})"

    return f"  {name}: " + "; ".join(one(*pair) for pair in sorted(found.by_quarter.items()))


def _warnings(name: str, found: Estimate, left_out: tuple[str, ...]) -> list[str]:
    made = [f"{name}: left out, {reason}." for reason in left_out]
    if found.before is not None and found.before.is_told_apart:
        made.append(
            f"{name}: before they began, the teams had moved apart from the others by {found.before.points:+.1f} points"
            f" ({found.before.low:+.1f} to {found.before.high:+.1f}): the effect may be that movement, going on."
        )
    if found.begun + found.not_yet < _FEW:
        made.append(
            f"{name}: {found.begun + found.not_yet} teams are few. That nothing is told apart from chance does not mean"
            " that nothing changed."
        )
    return made


def _chance(told: int) -> str:
    return (
        f"{told} measures were looked at: one interval in twenty misses by chance alone. Teams were not drawn by lot"
        " unless you did so; whoever began first may have been readier."
    )
