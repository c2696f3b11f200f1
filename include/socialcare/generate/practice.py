"""Made-up local records: audits, supervision, appraisal, training and its feedback, plans, short breaks, survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import workers
from socialcare.generate.rows import (
    OPEN,
    Random,
    Rows,
    Texts,
    age_on,
    chance,
    pick,
    random_for,
    spread,
    sum_within,
)

if TYPE_CHECKING:
    from socialcare.generate.life import Life

_MONTHS, _DAYS = 24, 730
_GRADES = {"outstanding": 0.08, "good": 0.45, "requires improvement": 0.38, "inadequate": 0.09}
_ANSWER = {"Y": 0.62, "N": 0.2, "": 0.18}
_COURSES = (
    "Relational practice",
    "Assessment and analysis",
    "Neglect",
    "Domestic abuse",
    "Court skills",
    "Supervision",
)
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
    pathway_plans: Rows
    short_breaks: Rows
    family_plans: Rows
    survey: Rows


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
        _pathway_plans(random, life),
        _short_breaks(random, life),
        _family_plans(random, life),
        _survey(random, life),
    )


def _audits(random: Random, life: Life) -> Rows:
    """Draw cases that somebody carried on the day; a third are moderated, each with actions to close."""
    carried = life.allocations
    carried = carried.where((carried["ended"] > life.as_of - _DAYS) & (carried["began"] <= life.as_of))
    count = max(24, life.staff.case_posts * 3)
    rows = carried.where(np.sort(random.integers(0, len(carried), count)))
    first = np.maximum(rows["began"], life.as_of - _DAYS)
    last = np.minimum(rows["ended"] - 1, life.as_of)
    on = first + (random.random(count) * (last - first + 1)).astype(np.int64)
    grade = pick(random, count, _GRADES)
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
    first = np.maximum(people["began"], life.as_of - _DAYS)
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
    kept = chance(random, len(owner), 0.85) & (on < until[owner]) & (on > life.as_of - _DAYS)
    review = on + 182
    made = Rows({"worker": owner, "on": on, "review": np.where(review > life.as_of, OPEN, review)})
    return made.where(kept)


def _training(random: Random, life: Life) -> Rows:
    """Each session of a course is booked by workers then in post; not all come."""
    sessions = max(8, life.staff.case_posts // 3)
    on = np.sort(life.as_of - random.integers(1, _DAYS, sessions))
    course = pick(random, sessions, dict.fromkeys(_COURSES, 1.0))
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
        }
    )
    return made.where(here & once)


def _feedback(random: Random, training: Rows) -> Rows:
    """Some who came fill in the form; a few of them leave the rating out."""
    came = training.where(training["attended"] & chance(random, len(training), 0.62))
    count = len(came)
    before = random.integers(1, 6, count)
    rating = pick(random, count, {"5": 0.4, "4": 0.35, "3": 0.12, "2": 0.05, "1": 0.03, "": 0.05})
    after = np.minimum(before + random.integers(0, 3, count), 5)
    return came.also(rating=rating, before=before, after=after)


def _pathway_plans(random: Random, life: Life) -> Rows:
    """One for each young person from 16 who is or was in care; reviewed about every six months."""
    periods = life.care.periods
    last = periods.where(np.append(periods["child"][1:] != periods["child"][:-1], True))
    age = age_on(last["born"], life.as_of)
    in_care = (last["ended"] == OPEN) & (age >= 16)
    left = np.isin(last["child"], life.leavers["child"]) & (age < 22) & (age >= 16)
    last = last.where((in_care | left) & ~np.strings.startswith(last["kind"], "break"))
    count = len(last)
    ago = np.where(chance(random, count, 0.8), random.integers(5, 170, count), random.integers(195, 420, count))
    earliest = np.minimum(last["began"] + 10, life.as_of)
    reviewed = np.maximum(life.as_of - ago, earliest)
    category = np.where(
        last["ended"] == OPEN,
        "eligible",
        np.where(age_on(last["born"], life.as_of) < 18, "relevant", "former relevant"),
    )
    return Rows(
        {
            **{"child": last["child"], "category": category, "reviewed": reviewed},
            "began": np.minimum(reviewed, np.maximum(earliest, life.as_of - random.integers(200, 700, count))),
            "own_words": chance(random, count, 0.75),
        }
    )


def _short_breaks(random: Random, life: Life) -> Rows:
    """Disabled children who were assessed as needing a short break, and when they had the first one."""
    children = life.children
    disabled = children.where((children["disability"] != "NONE") & chance(random, len(children), 0.12))
    count = len(disabled)
    requested = life.as_of - random.integers(1, _DAYS, count)
    assessed = requested + random.integers(7, 60, count)
    offered = assessed + random.integers(7, 120, count)
    started = offered + random.integers(3, 60, count)
    days = {"requested": requested, "assessed": assessed, "offered": offered, "started": started}
    kinds = {"overnight": 0.3, "day": 0.5, "direct payment": 0.2}
    return Rows(
        {
            "child": disabled["number"],
            **{name: np.where(on > life.as_of, OPEN, on) for name, on in days.items()},
            "service": pick(random, count, kinds),
        }
    ).by("requested")


def _family_plans(random: Random, life: Life) -> Rows:
    """Reviews of the plans of families in early help: due every six weeks, some held late or not yet."""
    helped = life.need.early_help
    helped = helped.where(helped["ended"] > life.as_of - 365)
    until = np.minimum(helped["ended"], life.as_of + 1)
    owner, position = spread(np.minimum((until - helped["began"]) // 42, 8))
    count = len(owner)
    due = helped["began"][owner] + 42 * (position + 1)
    held = due + np.where(chance(random, count, 0.2), random.integers(5, 30, count), -random.integers(0, 6, count))
    return Rows(
        {
            **{"plan": owner, "child": helped["child"][owner], "goal": position + 1, "due": due},
            **{"held": np.where(held > life.as_of, OPEN, held), "progress": random.integers(0, 11, count)},
        }
    ).where(due <= life.as_of)


def _survey(random: Random, life: Life) -> Rows:
    """A yearly survey of those in post: one row for each question and answer, with its count."""
    invited = int(np.count_nonzero(workers.in_post(life.staff.workers, life.as_of - 90)))
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
