"""A programme for managers and practice that teams begin one after another, and what it does to audits.

Because the start is staggered, teams that have begun can be compared with those that have not yet: what the
programme adds is planted, so that an estimate of it can be held to the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Bools, Ints, Rows, Texts, chance, random_for
from socialcare.generate.staff import Staff

if TYPE_CHECKING:
    from socialcare.generate.life import Life

#: So many points of a hundred are added to the audits that the auditor grades good or better.
RISE = 15
#: Of audits before the programme, how many are below good; the first begins so long ago, the last so much later.
_BELOW_GOOD, _FIRST_DAYS_AGO, _OVER_DAYS = 0.47, 640, 480
_COURSE = "Relational practice"
#: The codes of the programme that teams begin one after another, and of the one that all begin on a day.
BY_TURNS, AT_ONCE = "REL-1", "NEG-1"
_AT_ONCE_DAYS_AGO = 400


def team_of_workers(staff: Staff) -> Ints:
    """Return the team that the records have each worker in."""
    team = np.zeros(len(staff.workers), dtype=np.int64)
    team[staff.held["worker"]] = staff.posts["team"][staff.held["post"]]
    return team


def begins(life: Life) -> Ints:
    """Return for each team the day on which it begins; a third of them, and those without workers, not yet."""
    random = random_for(life.council_id, life.seed, "programme")
    teams = int(life.staff.posts["team"].max()) + 1
    place = random.permutation(teams)
    on = life.as_of - _FIRST_DAYS_AGO + place * _OVER_DAYS // max(1, teams)
    on = np.where(place * 3 < teams * 2, on, OPEN)
    return np.where(np.bincount(_trained(life, on)[0], minlength=teams) > 0, on, OPEN)


def _trained(life: Life, on: Ints) -> tuple[Ints, Ints]:
    """Return team and number of each worker who is there when the team begins."""
    people, team = life.staff.workers, team_of_workers(life.staff)
    here = (people["began"] <= on[team]) & (people["ended"] > on[team]) & (on[team] < OPEN)
    return team[here], np.flatnonzero(here)


def sessions(life: Life, first: int) -> Rows:
    """Return who came to the programme, a session for each team; the sessions are numbered from ``first``."""
    on = begins(life)
    team, worker = _trained(life, on)
    count = len(team)
    return Rows(
        {
            **{"session": first + team, "course": np.full(count, _COURSE), "on": on[team], "worker": worker},
            **{"attended": np.ones(count, dtype=bool), "programme": np.full(count, BY_TURNS)},
        }
    )


def for_all_at_once(life: Life, first: int) -> Rows:
    """Return who came to the day that a council with teams of early help held for everybody: it tells no effect."""
    people = life.staff.workers
    on = life.as_of - _AT_ONCE_DAYS_AGO
    here = (people["began"] <= on) & (people["ended"] > on) & (life.staff.early_help_teams > 0)
    count, worker = int(np.count_nonzero(here)), np.flatnonzero(here)
    return Rows(
        {
            **{"session": first + team_of_workers(life.staff)[worker], "course": np.full(count, "Neglect")},
            **{"on": np.full(count, on), "worker": worker, "attended": np.ones(count, dtype=bool)},
            "programme": np.full(count, AT_ONCE),
        }
    )


def has_begun(life: Life, team: Ints, on: Ints) -> Bools:
    """Say which teams have begun on a day."""
    begun: Bools = begins(life)[team] <= on
    return begun


def lifted(life: Life, grade: Texts, team: Ints, on: Ints) -> Texts:
    """Return the grades of audits as they are with the programme: some that were below good are good."""
    random = random_for(life.council_id, life.seed, "programme/audits")
    below = ~np.isin(grade, ["outstanding", "good"])
    better = below & has_begun(life, team, on) & chance(random, len(grade), RISE / 100 / _BELOW_GOOD)
    return np.where(better, "good", grade)
