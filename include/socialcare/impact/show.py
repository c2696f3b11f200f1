"""What was published of a programme's effect, in a short table and plain warnings."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.registry.councils import Council

_ANSWERS = "select * from published.practice_impact where programme = %s order by measure_name"
_BY_QUARTER = (
    "select measure_name, quarters_since, effect_points, interval_low, interval_high"
    " from published.practice_impact_quarters where programme = %s order by measure_name, quarters_since"
)
_CHANCE = (
    "{} measures were looked at: one interval in twenty misses by chance alone. Teams were not drawn by lot"
    " unless you did so; whoever began first may have been readier."
)


def show(console: Console, council: Council, programme: str) -> int:
    """Print what the programme is estimated to have changed; return how many measures could be estimated.

    Raises Fault ``impact_no_programme`` where no team of the council has begun a programme of this code.
    """
    with connect(council.role) as connection, connection.cursor(row_factory=dict_row) as cursor:
        answers = cursor.execute(_ANSWERS, [programme]).fetchall()
        quarters = cursor.execute(_BY_QUARTER, [programme]).fetchall()
    if not answers:
        raise Fault(
            "impact_no_programme",
            f"No team of {council.name} has begun a programme {programme}.",
            where="published.practice_programmes",
            remedy="take the code from the column PROGRAMME of the training sessions that the council sends.",
        )
    told = [row for row in answers if row["verdict"] != "refused"]
    if any(row["is_synthetic"] for row in answers):
        console.print(Text("SYNTHETIC: these records were generated. No real worker or child is in them."))
    if told:
        console.print(_table(f"{council.name}, programme {programme}", told))
        console.print("\nBy quarters since the beginning (0 is the quarter of the beginning, and counts for neither):")
        for row in told:
            line = _by_quarter(row["measure_name"], quarters)
            console.print(line, highlight=False, markup=False)
    notes = [f"{row['measure_name']}: {row['reading']}" for row in answers]
    for note in [*notes, _CHANCE.format(len(told))] if told else notes:
        console.print(f"- {note}", highlight=False, markup=False)
    return len(told)


def _table(title: str, told: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("measure", "before", "after", "not yet", "effect", "95% interval", "teams", "reading"):
        table.add_column(heading, justify="left" if heading in ("measure", "reading") else "right")
    for row in told:
        table.add_row(
            row["measure_name"],
            *(f"{row[f'share_{name}']:.1f}%" for name in ("before", "after", "not_yet")),
            f"{row['effect_points']:+.1f}",
            f"{row['interval_low']:+.1f} to {row['interval_high']:+.1f}",
            f"{row['teams_begun']} / {row['teams_not_yet']}",
            row["verdict"].replace("_", " "),
        )
    return table


def _by_quarter(measure_name: str, quarters: list[dict[str, Any]]) -> str:
    told = [
        f"{row['quarters_since']:+d}: {row['effect_points']:+.1f}"
        f" ({row['interval_low']:+.1f} to {row['interval_high']:+.1f})"
        for row in quarters
        if row["measure_name"] == measure_name
    ]
    return f"  {measure_name}: " + "; ".join(told)
