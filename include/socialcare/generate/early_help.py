"""Made-up early help teams: key workers who are no registered social workers, and so stand in local records alone.

They make a council large enough to tell what a programme changed, without a case more in any return.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, YEAR, Ints, Rows, chance, pick, random_for, spread, stack, sum_within

if TYPE_CHECKING:
    from socialcare.generate.life import Life
    from socialcare.generate.staff import Staff

#: What the role of a key worker is called here; the workforce census has none.
KEY_WORKER = "7"
_TEAM, _HOLDERS = 3, 12
#: The work of each is audited about so often, in days.
_AUDITED_EVERY = 30


def join(council_id: str, seed: int | None, staff: Staff, as_of: int, teams: int, history: int) -> Staff:
    """Add so many teams to a council's staff, their workers after all others."""
    if not teams:
        return staff
    random = random_for(council_id, seed, "early help")
    first_post, first_team = len(staff.posts), int(staff.posts["team"].max()) + 1
    post, _ = spread(np.full(teams * _TEAM, _HOLDERS * max(1, history // int(6 * YEAR))))
    length = (random.exponential(1_350.0, len(post)) + 150).astype(np.int64)
    first = as_of - history - random.integers(0, 600, teams * _TEAM)
    ended = first[post] + sum_within(post, length)
    held = Rows({"post": first_post + post, "began": ended - length, "ended": ended})
    held = held.where(held["began"] <= as_of)
    count = len(held)
    ended = np.where(held["ended"] > as_of, OPEN, held["ended"])
    held = held.also(ended=ended, worker=len(staff.workers) + np.arange(count), agency=np.zeros(count, dtype=bool))
    blank = np.full(count, "")
    people = {name: blank for name in ("swe", "origin", "destination", "reason_left", "level")}
    people |= {name: np.zeros(count, dtype=bool) for name in ("agency", "step_up", "frontline")}
    people |= {
        **{"born": held["began"] - (random.uniform(21, 55, count) * YEAR).astype(np.int64)},
        **{
            "gender": pick(random, count, {"2": 0.88, "1": 0.12}),
            "ethnic": pick(random, count, {"WBRI": 0.9, "WOTH": 0.1}),
        },
        **{"fte": np.where(chance(random, count, 0.3), 0.8, 1.0), "role": np.full(count, KEY_WORKER)},
        **{"began": held["began"], "ended": ended, "promoted": np.full(count, OPEN)},
    }
    number = np.arange(teams * _TEAM)
    posts = Rows({"team": first_team + number // _TEAM, "role": np.full(len(number), KEY_WORKER)})
    return replace(
        staff,
        posts=stack(staff.posts, posts),
        held=stack(staff.held, held),
        workers=stack(staff.workers, Rows(people)),
        early_help_teams=teams,
    )


def is_early_help(staff: Staff, team: Ints) -> np.ndarray:
    """Say which teams are of early help: the last ones."""
    first: np.ndarray = team > int(staff.posts["team"].max()) - staff.early_help_teams
    return first


def audited(life: Life, since: int) -> Rows:
    """Return whose work of early help was audited when: everybody's, about once a month."""
    staff = life.staff
    random = random_for(life.council_id, life.seed, "early help/audits")
    held = staff.held.where(is_early_help(staff, staff.posts["team"][staff.held["post"]]))
    first, until = np.maximum(held["began"], since), np.minimum(held["ended"], life.as_of + 1)
    owner, position = spread(np.maximum((until - first) // _AUDITED_EVERY, 0))
    families = life.need.early_help["child"]
    return Rows(
        {
            **{"child": families[random.integers(0, len(families), len(owner))], "worker": held["worker"][owner]},
            **{"post": held["post"][owner]},
            "on": first[owner] + _AUDITED_EVERY * position + random.integers(0, _AUDITED_EVERY, len(owner)),
        }
    )
