"""For whoever keeps the door: judge what was kept again, rotate a key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from socialcare.cli.shared import app, existing_database, say

if TYPE_CHECKING:
    from socialcare.door.replayed import Replayed

#: Why a delivery is kept as it was, in words.
_KEPT = {
    "original_destroyed": "its original was destroyed",
    "original_damaged": "its original is damaged",
    "not_declared_any_more": "its council, return or year is not declared any more",
    "sent_again_since": "the council sent it again, and that was taken in",
    "not_a_plain_file": "it held something other than files",
}


@app.command()
def replay(
    council: Annotated[str, typer.Option(help="Only what this council sent.")] = "",
    return_id: Annotated[str, typer.Option("--return", help="Only deliveries of this return.")] = "",
    every: Annotated[bool, typer.Option("--every", help="Also what was judged by today's rules already.")] = False,
) -> None:
    """Judge kept deliveries again by today's rules, and list what changed."""
    from socialcare.door import replay as door
    from socialcare.registry.councils import council as declared
    from socialcare.registry.returns import return_spec

    if council:
        declared(council)
    if return_id and return_id != "unknown":
        return_spec(return_id)
    changed = same = kept = 0
    with existing_database():
        for one in door.replay(council, return_id, every=every):
            kept += bool(one.kept_because)
            changed += one.has_changed
            same += not one.kept_because and not one.has_changed
            _tell(one)
    say(f"Changed: {changed}. The same: {same}. Kept as they were: {kept}.")
    if changed:
        say("Build the warehouse anew (`socialcare night`, or the DAG build_warehouse) to publish what changed.")


def _tell(one: Replayed) -> None:
    past = one.past
    what = f"{past.council_id}, {past.return_id}, as of {past.as_of_date or 'an unknown day'} ({past.delivery_id})"
    if one.taken is None:
        say(f"{what}: kept as it was, {_KEPT[one.kept_because]}")
        return
    now = one.taken
    if not one.has_changed:
        say(f"{what}: the same")
        return
    verdict = now.verdict if now.verdict == past.verdict else f"{past.verdict}, now {now.verdict}"
    reason = f" ({now.reason})" if now.reason else ""
    say(f"{what}: {verdict}{reason}; rows in {now.rows_in}, loaded {now.rows_loaded} ({past.rows_loaded} before)")
    for change in one.changes:
        of = f"rule {change.rule_code}" if change.rule_code else "rows loaded"
        more = f"{change.no_longer} no longer so, {change.newly} newly"
        say(f"  {change.table}, {of}: {change.before} before, {change.after} now; {more}")


@app.command()
def erase(
    council: Annotated[str, typer.Option(help="Whose child it is.")],
    reason: Annotated[str, typer.Option(help="Why; kept for ever, so without anything that identifies.")],
    by: Annotated[str, typer.Option(help="Who gives the instruction for the council; kept for ever.")],
) -> None:
    """Erase a child on its council's instruction; the council's own id of it is asked for, never an argument."""
    from socialcare.door.erase import erase as at_the_door
    from socialcare.door.erase_forms import held_otherwise

    typed = sys.stdin.isatty()
    identifier = typer.prompt("The council's own id of the child", hide_input=True) if typed else sys.stdin.readline()
    with existing_database():
        went = at_the_door(council, identifier, reason=reason, by=by)
        otherwise = [] if went else held_otherwise(council, identifier)
    for what, count in sorted(went.items()):
        say(f"  {what}: {count}")
    say("Erased. It will not come in again." if went else "Nothing was held of such a child; it will not come in.")
    if not went:
        say("An identifier counts as it was sent: its capitals and its leading zeros too.")
    for how in otherwise:
        say(f"Something is held of what was typed {how}. If that is the child, ask again with it so written.")
    say("Build the warehouse anew (`socialcare night`, or the DAG build_warehouse): histories and figures follow.")


@app.command("rotate-key")
def rotate_key(
    whose: Annotated[str, typer.Argument(help="A council, or region-staff: the workers of the whole region.")],
) -> None:
    """Hash pseudonyms again under a new key; the old keys stay in the chain."""
    from socialcare.door.rotate import rotate

    with existing_database():
        rows = rotate(whose)
    for table, count in sorted(rows.items()):
        if count:
            say(f"  raw.{table}: {count} rows")
    say(f"The key of {whose} is rotated; copy the folder of secrets (docs/operate.md) before anything else.")
    say("Build the warehouse anew: what was published before still shows the former pseudonyms.")
