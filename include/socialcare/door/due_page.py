"""The team's morning as a page: one table for all teams, then each team's own, the most overdue first."""

from __future__ import annotations

import html
from collections.abc import Iterable

from socialcare.door.due_list import NAME, DueList, Source, Thing, Told
from socialcare.door.receipt import SYNTHETIC, day_in_words
from socialcare.door.receipt_page import whole_page

#: Things listed for one team on the page; the workbook beside it lists all.
LISTED = 200
_HEADS = ("Due on", "Days overdue", "What", "Whose", "Lead")


def page(made: DueList) -> str:
    """Return the whole page."""
    told = made.told
    title = f"Overdue and due this week: {told.council_name}"
    return whole_page(
        title,
        f'<!-- made of {told.digest} --><header><p class="return">The team\'s morning</p><h1>{_e(title)}</h1>',
        f"<p>{_e(as_of_in_words(told))}</p></header>",
        f'<p class="synthetic">{SYNTHETIC}</p>' if told.is_synthetic else "",
        f'<p class="verdict {"partly_accepted" if made.overdue else "accepted"}">{_e(summed_up(made))}</p>',
        _list("Not in this list, and not known to be done", told.not_told),
        _teams(made),
        *(_team(number, team, things) for number, (team, things) in enumerate(made.teams.items(), start=1)),
        _list("What it is made of", (source_in_words(source) for source in told.sources)),
        "<footer><p>This page names children and workers and is for the council whose records these are alone: keep it "
        "where case records are kept. It is made anew when newer records have come in. What was done since the day of "
        f"the records is not known here. The workbook beside this page ({NAME}.xlsx) lists everything, to filter by "
        "team.</p></footer>",
    )


def as_of_in_words(told: Told) -> str:
    """Say on which day it was so: each return has its own."""
    days = sorted({source.as_of for source in told.sources})
    return "As the records of " + " and ".join(day_in_words(day.isoformat()) for day in days) + " had it."


def summed_up(made: DueList) -> str:
    """Say how much is due, and what the counts leave out."""
    total = f"{made.overdue:,} overdue, {len(made.things) - made.overdue:,} due within seven days of the records."
    if made.unnamed:
        total += f" Of {made.unnamed:,} the original is not kept any more: they are counted and cannot be named."
    if made.told.not_told:
        total += " Of some things no record was sent: they are named below, and are not none."
    return total


def source_in_words(source: Source) -> str:
    """Say how fresh a delivery is."""
    days = (day_in_words(day.isoformat()) for day in (source.as_of, source.received))
    return "{}: as of {}, received {}, delivery {}".format(source.return_name, *days, source.delivery_id)


def _list(title: str, sentences: Iterable[str]) -> str:
    listed = "".join(f"<li>{_e(sentence)}</li>" for sentence in sentences)
    return f"<section><h2>{_e(title)}</h2><ul>{listed}</ul></section>" if listed else ""


def _teams(made: DueList) -> str:
    """Show how much each team has, the one with the most overdue first."""
    numbers = {team: number for number, team in enumerate(made.teams, start=1)}
    counts = {team: sum(thing.is_overdue for thing in things) for team, things in made.teams.items()}
    rows = "".join(
        f'<tr><td data-label="Team"><a href="#t{numbers[team]}">{_e(team)}</a></td>'
        f'<td class="n" data-label="Overdue">{counts[team]:,}</td>'
        f'<td class="n" data-label="This week">{len(made.teams[team]) - counts[team]:,}</td></tr>'
        for team in sorted(counts, key=lambda team: -counts[team])
    )
    head = '<thead><tr><th>Team</th><th class="n">Overdue</th><th class="n">This week</th></tr></thead>'
    table = f'<div class="table"><table>{head}<tbody>{rows}</tbody></table></div>'
    return f'<section class="jobs"><h2>Teams</h2>{table}</section>'


def _team(number: int, team: str, things: list[Thing]) -> str:
    heads = "".join(f"<th{' class=n' if head == 'Days overdue' else ''}>{head}</th>" for head in _HEADS)
    rows = "".join(map(_row, things[:LISTED]))
    left = len(things) - LISTED
    more = f"<p>{left:,} more are in the workbook.</p>" if left > 0 else ""
    table = f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    return f'<section id="t{number}"><h2>{_e(team)}</h2>{table}{more}</section>'


def _row(thing: Thing) -> str:
    late = f"{thing.days_late:,}" if thing.is_overdue else ""
    cells = (
        *(("", f"{thing.due_on:%d/%m/%Y}"), ("n", late), ("quarantine" if thing.is_overdue else "", thing.what)),
        *(("", thing.identifier), ("", thing.lead)),
    )
    return "<tr>" + "".join(
        f'<td class="{style}" data-label="{head if cell else ""}">{_e(cell)}</td>'
        for head, (style, cell) in zip(_HEADS, cells, strict=True)
    ) + "</tr>"  # fmt: skip


def _e(text: str) -> str:
    return html.escape(text)
