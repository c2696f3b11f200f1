"""Local records of staff, written from a life: teams, jobs, supervision, appraisal, training, survey."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import early_help
from socialcare.generate.annex_a_lists import labels
from socialcare.generate.practice import COURSES, survey
from socialcare.generate.programme import team_of_workers
from socialcare.generate.rows import OPEN, Bools, Days, Ints, Rows, Texts, days_as_text, months_later, numbered

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

#: What a worker of each role of the census is called here.
_JOBS = {"1": "SM", "2": "SM", "3": "TM", "4": "SSW", "5": "SW", "6": "IRO", "7": "KW"}
_SERVICES = np.array(["SW", "FRONT", "CLA", "SW", "LC", "DIS"])
_KINDS = {"one to one": "ONE", "group": "GROUP", "case": "CASE"}
_AGREE = {
    **{"strongly agree": "S_AGREE", "agree": "AGREE", "not sure": "NOT_SURE"},
    **{"disagree": "DISAGREE", "strongly disagree": "S_DISAGREE"},
}
_YEAR = 365
#: Larger than any day: a worker and a day as one number, in order.
_BIG = 1 << 21


def day(days: Days, span: Span) -> Texts:
    """Return days as text; blank where they are not known yet."""
    return days_as_text(np.where(days > span.until, OPEN, days))


def yes(values: Bools) -> Texts:
    """Return Y or N."""
    return np.where(values, "Y", "N")


def staff_numbers(worker: Ints) -> Texts:
    """Return the council's own staff numbers: not those of Social Work England."""
    return numbered("W", worker + 1, 5)


def team_codes(team: Ints) -> Texts:
    """Return the short codes of teams, as TA-1; of no more than two digits, so that a large council has letters."""
    letters = np.array([f"T{chr(ord('A') + n)}-" for n in range(26)])
    return np.strings.add(letters[team // 99], (1 + team % 99).astype(np.str_))


def _teams(life: Life, span: Span) -> Rows:
    team = np.unique(life.staff.posts["team"])
    opened = days_as_text(np.full(len(team), span.begins - 3_000))
    services = np.where(early_help.is_early_help(life.staff, team), "EH", _SERVICES[team % len(_SERVICES)])
    return Rows({"TEAM": team_codes(team), "SERVICE": services, "OPENED": opened, "CLOSED": np.full(len(team), "")})


def _staff(life: Life, span: Span) -> Rows:
    """Everybody who was ever in post up to the last day: other records name some who have left."""
    people = life.staff.workers
    team = team_of_workers(life.staff)
    known = people["began"] <= span.until
    rows, team, number = people.where(known), team[known], np.flatnonzero(known)
    is_new = (rows["origin"] == "1") & (rows["began"] > span.until - _YEAR) & (rows["role"] == "5")
    blank = np.full(len(rows), "")
    return Rows(
        {
            **{"STAFF_NO": staff_numbers(number), "SWE_NUMBER": rows["swe"], "TEAM": team_codes(team)},
            **{"JOB": np.where(is_new, "NQSW", labels(rows["role"], _JOBS)), "STARTED": day(rows["began"], span)},
            **{"ENDED": day(rows["ended"], span), "FTE": np.char.mod("%.2f", rows["fte"])},
            **{"AGENCY": yes(rows["agency"]), "AWAY_FROM": blank, "AWAY_TO": blank},
        }
    )


def _case_of(life: Life, worker: Ints, on: Days) -> Texts:
    """Return a child whose case each worker had on the day; blank where there was none."""
    rows = life.allocations.by("worker", "began")
    key = rows["worker"] * _BIG + rows["began"]
    at = np.maximum(np.searchsorted(key, worker * _BIG + on, side="right") - 1, 0)
    had = (rows["worker"][at] == worker) & (rows["began"][at] <= on) & (rows["ended"][at] > on)
    return np.where(had, life.children["id"][rows["child"][at]], "")


def _supervision(life: Life, span: Span) -> Rows:
    """Those of the time and, since the last one is what counts, of the ten weeks before it."""
    rows = life.practice.supervision
    rows = rows.where((rows["on"] <= span.until) & (rows["on"] >= min(span.begins, span.until - 70)))
    child = _case_of(life, rows["worker"], rows["on"])
    kind = np.where(rows["kind"] == "case", np.where(child == "", "one to one", "case"), rows["kind"])
    return Rows(
        {
            **{"STAFF_NO": staff_numbers(rows["worker"]), "HELD_ON": day(rows["on"], span)},
            **{"KIND": labels(kind, _KINDS), "SUPERVISOR_NO": np.full(len(rows), "")},
            **{"CHILD": np.where(kind == "case", child, ""), "NEXT_DUE_ON": days_as_text(rows["on"] + 28)},
            "REFLECTIVE_SCORE": rows["reflective"].astype(np.str_),
            "CASES_DISCUSSED": rows["cases_discussed"].astype(np.str_),
        }
    )


def _appraisals(life: Life, span: Span) -> Rows:
    """The annual ones, held or not, then the reviews after six months; all that the records go back to."""
    rows = life.practice.appraisals
    rows = rows.where((rows["due"] <= span.until) | (rows["on"] <= span.until))
    held = rows.where(rows["on"] < OPEN)
    held = held.where(held["review"] <= span.until)
    who = np.concatenate([rows["worker"], held["worker"]])
    due, on = np.concatenate([rows["due"], held["review"]]), np.concatenate([rows["on"], held["review"]])
    kind = np.where(np.arange(len(who)) < len(rows), "ANNUAL", "SIX")
    quality = np.where(on <= span.until, (1 + who % 4).astype(np.str_), "")
    made = {"STAFF_NO": staff_numbers(who), "KIND": kind, "DUE_ON": days_as_text(due)}
    return Rows({**made, "HELD_ON": day(on, span), "QUALITY": quality})


def newly_qualified(life: Life, span: Span) -> Rows:
    """Return the newly qualified whose assessed and supported year touches the time."""
    people = life.staff.workers.also(worker=np.arange(len(life.staff.workers)))
    people = people.also(finished=people["began"] + _YEAR)
    here = (people["origin"] == "1") & (people["began"] <= span.until) & (people["finished"] >= span.begins)
    return people.where(here & (people["ended"] >= span.begins))


def _asye(life: Life, span: Span) -> Rows:
    rows = newly_qualified(life, span)
    gates = {
        f"{name}_MONTHS_ON": day(np.where(on < rows["ended"], on, OPEN), span)
        for name, on in ((n, months_later(rows["began"], m)) for n, m in (("THREE", 3), ("SIX", 6), ("NINE", 9)))
    }
    finished = np.minimum(rows["finished"], rows["ended"])
    stayed = rows["ended"] >= rows["finished"]
    result = np.where(finished <= span.until, np.where(stayed, "PASS", "LEFT"), "")
    cohort = days_as_text(rows["began"], "%Y-%m")
    made = {"STAFF_NO": staff_numbers(rows["worker"]), "COHORT": cohort, "STARTED": day(rows["began"], span)}
    return Rows({**made, **gates, "FINISHED_ON": day(finished, span), "RESULT": result})


def _session(life: Life, rows: Rows) -> Texts:
    """Return the code of each session: its course, its year and its number in that year."""
    sessions, first = np.unique(life.practice.training["session"], return_index=True)
    on, course = life.practice.training["on"][first], life.practice.training["course"][first]
    year = days_as_text(on, "%Y")
    number = np.zeros(len(sessions), dtype=np.int64)
    for one in np.unique(year):
        number[year == one] = np.arange(1, np.count_nonzero(year == one) + 1)
    code = np.strings.add(np.strings.add(labels(course, COURSES), "-"), np.strings.add(year, "-"))
    made: Texts = np.strings.add(code, number.astype(np.str_))[np.searchsorted(sessions, rows["session"])]
    return made


def _trained(life: Life, span: Span) -> Rows:
    """Return the places of the time, and all of the programme up to its end: when a team began counts for ever."""
    rows = life.practice.training
    return rows.where((rows["on"] <= span.until) & (span.holds(rows["on"]) | (rows["programme"] != "")))


def _training_sessions(life: Life, span: Span) -> Rows:
    rows = _trained(life, span)
    rows = rows.where(np.unique(rows["session"], return_index=True)[1])
    course, count = labels(rows["course"], COURSES), len(rows)
    return Rows(
        {
            **{"SESSION": _session(life, rows), "COURSE": np.strings.add(course, "-1")},
            **{"PROGRAMME": rows["programme"]},
            **{"PROVIDER": np.where(rows["session"] % 3, "OWN", "COMM"), "HELD_ON": day(rows["on"], span)},
            **{"DAYS": np.full(count, "0.5"), "MANDATORY": yes(rows["course"] == "Supervision")},
            "PLACES": np.full(count, "60"),
        }
    )


def _training_attendance(life: Life, span: Span) -> Rows:
    rows = _trained(life, span)
    return Rows(
        {
            **{"SESSION": _session(life, rows), "STAFF_NO": staff_numbers(rows["worker"])},
            **{"BOOKED": np.full(len(rows), "Y"), "BOOKED_ON": days_as_text(rows["on"] - 21)},
            **{"ATTENDED": yes(rows["attended"]), "COMPLETED": yes(rows["attended"])},
        }
    )


def _training_feedback(life: Life, span: Span) -> Rows:
    rows = life.practice.feedback.where(span.holds(life.practice.feedback["on"])).by("session")
    _, first, owner = np.unique(rows["session"], return_index=True, return_inverse=True)
    form = np.arange(len(rows)) - first[owner] + 1
    return Rows(
        {
            **{"SESSION": _session(life, rows), "FORM_NO": form.astype(np.str_)},
            "CONFIDENCE_BEFORE": rows["before"].astype(np.str_),
            "CONFIDENCE_AFTER": rows["after"].astype(np.str_),
            **{"RATING": rows["rating"], "WILL_USE": np.where(rows["rating"] == "", "", yes(rows["after"] > 2))},
        }
    )


def _staff_survey(life: Life, span: Span) -> Rows:
    rows = survey(life, span.until)
    count = len(rows)
    wave = days_as_text(np.full(count, span.until - 90), "%Y")
    questions = np.unique(rows["question"], return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(questions[1]))[questions[2]]
    share = 100 * rows["count"] / np.maximum(rows["answered"], 1)
    return Rows(
        {
            **{"WAVE": wave, "FIELDWORK_FROM": days_as_text(np.full(count, span.until - 104))},
            **{"FIELDWORK_TO": days_as_text(np.full(count, span.until - 90)), "INVITED": rows["invited"].astype(str)},
            **{"RESPONSES": rows["answered"].astype(np.str_), "QUESTION": np.char.mod("Q%d", place + 1)},
            **{"ITEM": np.full(count, ""), "WORDING": (place + 1).astype(np.str_)},
            **{"OPTION": labels(rows["option"], _AGREE), "COUNT": rows["count"].astype(np.str_)},
            **{"PERCENT": np.char.mod("%.0f", share), "N": rows["answered"].astype(np.str_)},
        }
    )


WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    **{"teams": _teams, "staff": _staff, "supervision": _supervision, "appraisals": _appraisals, "asye": _asye},
    **{"training_sessions": _training_sessions, "training_attendance": _training_attendance},
    **{"training_feedback": _training_feedback, "staff_survey": _staff_survey},
}
