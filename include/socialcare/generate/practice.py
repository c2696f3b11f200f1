"""Made-up local records: audits, supervision, appraisal, training and its feedback, plans, short breaks, survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import early_help, practice_families, programme, workers
from socialcare.generate.rows import (
    OPEN,
    Random,
    Rows,
    Texts,
    chance,
    pick,
    random_for,
    spread,
    stack,
    sum_within,
)

if TYPE_CHECKING:
    from socialcare.generate.life import Life

#: How far back these records go, in days, where one year is told; and a year more for each year more.
_DAYS, _YEAR = 730, 365
_GRADES = {"outstanding": 0.08, "good": 0.45, "requires improvement": 0.38, "inadequate": 0.09}
_ANSWER = {"Y": 0.62, "N": 0.2, "": 0.18}
#: The courses, and the short code of each.
COURSES = {
    **{"Relational practice": "REL", "Assessment and analysis": "ASM", "Neglect": "NEG"},
    **{"Domestic abuse": "DOM", "Court skills": "CRT", "Supervision": "SUP"},
}
_AGREE = {"strongly agree": 0.2, "agree": 0.35, "not sure": 0.15, "disagree": 0.2, "strongly disagree": 0.1}
_QUESTIONS = ("sufficient time", "supported by manager", "manageable caseload", "proud to work here")
#: The four questions on the child's voice: an answer left blank is missing, and does not say no.
VOICE = ("voice_involved", "voice_understood", "voice_regular", "voice_in_meetings")


@dataclass(frozen=True)
class Practice:
    """The local records of the last two years."""

    audits: Rows
    supervision: Rows
    appraisals: Rows
    training: Rows
    feedback: Rows
    short_breaks: Rows
    family_plans: Rows


def make(life: Life) -> Practice:
    """Make a council's local records up to the last day of its life."""
    random = random_for(life.council_id, life.seed, "practice")
    training = _training(random, life)
    return Practice(
        _audits(random, life),
        _supervision(random, life),
        _appraisals(random, life),
        training,
        _feedback(random, training),
        practice_families.short_breaks(random, life),
        practice_families.family_plans(random, life),
    )


def days_back(life: Life) -> int:
    """Return how many days the records go back."""
    return _DAYS + _YEAR * life.more_years


def _scaled(life: Life, count: int) -> int:
    return count * days_back(life) // _DAYS


def _audits(random: Random, life: Life) -> Rows:
    """Draw cases that somebody carried on the day; a third are moderated, each with actions to close."""
    carried = life.allocations
    carried = carried.where((carried["ended"] > life.as_of - days_back(life)) & (carried["began"] <= life.as_of))
    count = _scaled(life, max(24, life.staff.case_posts * 3))
    rows = carried.where(np.sort(random.integers(0, len(carried), count)))
    first = np.maximum(rows["began"], life.as_of - days_back(life))
    last = np.minimum(rows["ended"] - 1, life.as_of)
    on = first + (random.random(count) * (last - first + 1)).astype(np.int64)
    rows = Rows({**{name: rows[name] for name in ("child", "worker", "post")}, "on": on})
    rows = stack(rows, early_help.audited(life, life.as_of - days_back(life)))
    count, on = len(rows), rows["on"]
    team = life.staff.posts["team"][rows["post"]]
    grade = programme.lifted(life, pick(random, count, _GRADES), team, on)
    moderated = chance(random, count, 0.35)
    due = on + random.integers(14, 60, count)
    closed = np.where(
        chance(random, count, 0.7), due - random.integers(0, 10, count), due + random.integers(5, 90, count)
    )
    closed = np.where(chance(random, count, 0.06), OPEN, np.maximum(closed, on + 1))
    return Rows(
        {
            **{"child": rows["child"], "worker": rows["worker"], "post": rows["post"], "on": on, "grade": grade},
            "moderated": moderated,
            "moderated_grade": _moderated(random, grade, moderated),
            "took_part": chance(random, count, 0.6),
            "asked": chance(random, count, 0.7),
            "answered": chance(random, count, 0.55),
            **{question: pick(random, count, _ANSWER) for question in VOICE},
            **{"due": due, "closed": np.where(closed > life.as_of, OPEN, closed)},
        }
    ).by("on")


def _moderated(random: Random, grade: Texts, moderated: np.ndarray) -> Texts:
    other = pick(random, len(grade), _GRADES)
    return np.where(moderated, np.where(chance(random, len(grade), 0.75), grade, other), "")


def _supervision(random: Random, life: Life) -> Rows:
    """Every worker about every four weeks; where it slips, by weeks."""
    people = life.staff.workers
    first = np.maximum(people["began"], life.as_of - days_back(life))
    until = np.minimum(people["ended"], life.as_of + 1)
    here = until - first > 40
    owner, position = spread(np.where(here, (until - first) // 26 + 1, 0))
    count = len(owner)
    gap = np.where(chance(random, count, 0.12), random.integers(45, 80, count), random.integers(26, 33, count))
    on = first[owner] + sum_within(owner, gap)
    made = Rows(
        {
            **{"worker": owner, "on": on, "number": position + 1},
            "kind": pick(random, count, {"one to one": 0.85, "group": 0.1, "case": 0.05}),
            "cases_discussed": random.integers(1, 9, count),
            "reflective": random.integers(1, 6, count),
        }
    )
    return made.where(on < until[owner])


def _appraisals(random: Random, life: Life) -> Rows:
    """Once a year, after the first twelve months in post; some are not held."""
    people = life.staff.workers
    until = np.minimum(people["ended"], life.as_of + 1)
    owner, position = spread(np.where(people["agency"], 0, np.maximum((until - people["began"]) // 365, 0)))
    on = people["began"][owner] + 365 * (position + 1) - random.integers(0, 40, len(owner))
    held = chance(random, len(owner), 0.85) & (on < until[owner])
    due = people["began"][owner] + 365 * (position + 1)
    made = Rows({"worker": owner, "due": due, "on": np.where(held, on, OPEN), "review": on + 182})
    return made.where((on > life.as_of - days_back(life)) & (held | (due <= until[owner])))


def _training(random: Random, life: Life) -> Rows:
    """Each session of a course is booked by workers then in post; not all come."""
    sessions = _scaled(life, max(8, life.staff.case_posts // 3))
    on = np.sort(life.as_of - random.integers(1, days_back(life), sessions))
    course = pick(random, sessions, dict.fromkeys(COURSES, 1.0))
    owner, _ = spread(random.integers(24, 60, sessions))
    worker = random.integers(0, len(life.staff.workers), len(owner))
    people = life.staff.workers
    here = (people["began"][worker] <= on[owner]) & (people["ended"][worker] > on[owner])
    once = np.zeros(len(owner), dtype=bool)
    once[np.unique(owner * len(people) + worker, return_index=True)[1]] = True
    made = Rows(
        {
            **{"session": owner, "course": course[owner], "on": on[owner], "worker": worker},
            "attended": chance(random, len(owner), 0.83),
            "programme": np.full(len(owner), ""),
        }
    )
    by_turns = programme.sessions(life, sessions)
    teams = int(life.staff.posts["team"].max()) + 1
    return stack(made.where(here & once), by_turns, programme.for_all_at_once(life, sessions + teams))


def _feedback(random: Random, training: Rows) -> Rows:
    """Some who came fill in the form; a few of them leave the rating out."""
    came = training.where(training["attended"] & chance(random, len(training), 0.62))
    count = len(came)
    before = random.integers(1, 6, count)
    rating = pick(random, count, {"5": 0.4, "4": 0.35, "3": 0.12, "2": 0.05, "1": 0.03, "": 0.05})
    after = np.minimum(before + random.integers(0, 3, count), 5)
    return came.also(rating=rating, before=before, after=after)


def survey(life: Life, until: int) -> Rows:
    """Make a survey of those in post 90 days before: one row for each question and answer, with its count."""
    random = random_for(life.council_id, life.seed, f"survey/{until}")
    invited = int(np.count_nonzero(workers.in_post(life.staff.workers, until - 90)))
    answered = int(invited * 0.62)
    counts = np.stack([random.multinomial(answered, list(_AGREE.values())) for _ in _QUESTIONS])
    question, option = np.divmod(np.arange(counts.size), len(_AGREE))
    return Rows(
        {
            "question": np.array(_QUESTIONS)[question],
            "option": np.array(list(_AGREE))[option],
            "count": counts.reshape(-1),
            "answered": np.full(counts.size, answered),
            "invited": np.full(counts.size, invited),
        }
    )
