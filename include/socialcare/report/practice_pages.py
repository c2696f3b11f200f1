"""A council's own practice, in its own edition alone: what is due, staff, continuity, audits, training, survey, impact.

Every row was read with the council's own role; staff and teams of three stand there as they are. A mart named
``practice_*`` that is not known here has its plain table on the first of these pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from socialcare.report import reading
from socialcare.report.marts_page import plain_table
from socialcare.report.page import Pages
from socialcare.report.reading import Edition, Row

DUE, READY = "practice_due", "annex_a_readiness"
SURVEY, IMPACT, QUARTERS, BEGAN = (
    "practice_survey",
    "practice_impact",
    "practice_impact_quarters",
    "practice_programmes",
)
#: Mart of measures -> its page's name, and what a reader looks for there.
MEASURED = {
    "practice_workforce": ("Our workforce", "Who is here, who came and left, who carries how much."),
    "practice_continuity": (
        "Continuity for families",
        "How often leads change, who came back, what is in time.",
    ),
    "practice_audits": ("Case audits", "By grade, theme, question and team, and whether moderation agrees."),
    "practice_supervision": (
        "Supervision and training",
        "Who is supervised and appraised; what training reached people.",
    ),
    "practice_areas": ("What was to improve", "What inspectors asked for, beside the inspection that asked."),
}
OTHERS = {SURVEY: "Staff survey", IMPACT: "What programmes changed"}
#: Too long to be read on a page, and in the extracts: what the estimates of impact are made from.
_LEFT_OUT = ("practice_team_quarters",)
_MOST = 60
#: A longer period stands before a part of it.
_PERIODS = ("snapshot", "year", "cohort")


def held(edition: Edition) -> bool:
    """Return whether the edition is a council's own and has anything of it."""
    return edition.council is not None and bool(_found(edition))


def pages(made: Pages) -> Iterator[tuple[str, str]]:
    """Yield name and text of each page: the first, and one for each topic that has rows."""
    edition = made.edition
    found = _found(edition)
    listed = [(f"{_slug(mart)}.html", name, lead) for mart, (name, lead) in MEASURED.items() if mart in found]
    listed += [(f"{_slug(mart)}.html", name, "") for mart, name in OTHERS.items() if mart in found]
    yield "practice.html", _first(made, found, listed)
    for mart, (name, lead) in MEASURED.items():
        if mart in found:
            yield f"{_slug(mart)}.html", _measured(made, mart, name, lead)
    if SURVEY in found:
        yield f"{_slug(SURVEY)}.html", _survey(made)
    if IMPACT in found:
        yield f"{_slug(IMPACT)}.html", _impact(made)


def _found(edition: Edition) -> list[str]:
    names = sorted(name for name in edition.marts if name.startswith("practice_") or name == READY)
    return [name for name in names if edition.held(name)]


def _slug(mart: str) -> str:
    return reading.slug(mart)


def _first(made: Pages, found: list[str], listed: list[tuple[str, str, str]]) -> str:
    known = {DUE, READY, QUARTERS, BEGAN, *MEASURED, *OTHERS, *_LEFT_OUT}
    ready = list(reading.own(made.edition, READY, "day desc, list_number"))
    due = list(reading.own(made.edition, DUE, "what, overdue desc nulls last, team"))
    return made.render(
        "practice",
        title="Practice",
        here="practice.html",
        listed=listed,
        due=[
            (what, list(rows)) for what, rows in groupby(due, key=lambda row: str(row.get("what_name") or row["what"]))
        ],
        as_of=max((row["as_of_date"] for row in due if row["as_of_date"]), default=None),
        ready=[row for row in ready if row["day"] == ready[0]["day"]],
        marts=[plain_table(made.edition, name) for name in found if name not in known],
    )


def _measured(made: Pages, mart: str, name: str, lead: str) -> str:
    """Return the page of one mart of measures; of what was to improve, a group for each area."""
    rows = list(reading.own(made.edition, mart, "measure_name, measure, breakdown, breakdown_value, period_end_date"))
    for row in rows:
        row["decimals"] = 0 if row["unit"] == "number" else 1
    areas = sorted({_area(row) for row in rows}, key=lambda area: (not area[0], str(area[1])))
    groups = [(area, _measures([row for row in rows if _area(row) == area])) for area in areas]
    here = f"{_slug(mart)}.html"
    return made.render("practice_topic", title=name, here=here, name=name, lead=lead, mart=mart, groups=groups)


def _area(row: Row) -> tuple[str, Any]:
    return (row.get("area") or "", row.get("inspection_start_date"))


def _measures(rows: list[Row]) -> list[dict[str, Any]]:
    found = []
    for (_, title), same in groupby(rows, key=lambda row: (row["measure"], row["measure_name"])):
        one = list(same)
        newest = _newest([row for row in one if row["breakdown"] == "council"])
        parts = _newest([row for row in one if row["breakdown"] != "council"])
        found.append(
            {
                "name": title,
                "newest": newest,
                "line": [row for row in one if row["breakdown"] == "council" and row["period_type"] == "quarter"],
                "parts": [
                    _part(breakdown, list(group))
                    for breakdown, group in groupby(parts, key=lambda row: row["breakdown"])
                ],
            }
        )
    return found


def _newest(rows: list[Row]) -> list[Row]:
    """Return the rows of the newest day and longest period that a measure has; nothing of its quarters."""
    kinds = [kind for kind in _PERIODS if any(row["period_type"] == kind for row in rows)]
    if not kinds:
        return []
    kept = [row for row in rows if row["period_type"] == kinds[0]]
    end = max(row["period_end_date"] for row in kept)
    return [row for row in kept if row["period_end_date"] == end]


def _part(breakdown: str, rows: list[Row]) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda row: (row["value"] is None, -(row["value"] or 0), row["breakdown_value"]))
    most = max((row["value"] for row in rows if row["value"] is not None), default=None)
    return {"by": breakdown.replace("_", " "), "rows": ordered[:_MOST], "all": len(ordered), "most": most}


def _survey(made: Pages) -> str:
    rows = list(reading.own(made.edition, SURVEY, "source desc, wave desc, question, item, place, option"))
    for row in rows:
        row["decimals"] = 0
    waves = groupby(rows, key=lambda row: (row["source"], row["wave"]))
    return made.render(
        "practice_survey",
        title=OTHERS[SURVEY],
        here=f"{_slug(SURVEY)}.html",
        waves=[
            (wave, [list(same) for _, same in groupby(answers, key=lambda row: (row["question"], row["item"]))])
            for wave, answers in waves
        ],
    )


def _impact(made: Pages) -> str:
    edition = made.edition
    rows = list(reading.own(edition, IMPACT, "programme, measure_name, measure"))
    around = list(reading.own(edition, QUARTERS, "programme, measure, quarters_since"))
    began = list(reading.own(edition, BEGAN, "programme, began_on, team"))
    for row in (*rows, *around):
        row["decimals"] = 1
    limits = [abs(row[name]) for row in rows for name in ("interval_low", "interval_high") if row[name] is not None]
    return made.render(
        "practice_impact",
        title=OTHERS[IMPACT],
        here=f"{_slug(IMPACT)}.html",
        reach=float(max(limits, default=1)) or 1.0,
        programmes=[
            {
                "name": name,
                "rows": [
                    (row, [one for one in around if (one["programme"], one["measure"]) == (name, row["measure"])])
                    for row in same
                ],
                "began": [row for row in began if row["programme"] == name],
            }
            for name, same in groupby(rows, key=lambda row: row["programme"])
        ],
    )
