"""Who the workers are, and those few who move from one council to the next and keep their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialcare.generate.children import DFE_CODES
from socialcare.generate.rows import (
    OPEN,
    YEAR,
    Bools,
    Random,
    Rows,
    Texts,
    chance,
    hash_of,
    numbered,
    pick,
    random_for,
    stack,
)

_ETHNIC = {"WBRI": 0.85, "WOTH": 0.04, "BAFR": 0.04, "AIND": 0.02, "MWBC": 0.02, "NOBT": 0.03}
_ORIGIN = {"1": 0.3, "2": 0.2, "4": 0.2, "5": 0.08, "6": 0.1, "7": 0.07, "9": 0.05}
_DESTINATION = {"1": 0.35, "3": 0.25, "4": 0.1, "5": 0.1, "6": 0.1, "8": 0.1}
_REASON = {"1": 0.75, "5": 0.12, "7": 0.06, "8": 0.07}
_FTE = {"1.0": 0.78, "0.8": 0.12, "0.6": 0.07, "0.5": 0.03}
_ABSENCES = {"SIC": 0.5, "MAT": 0.4, "UNP": 0.1}
#: Workers who move between two of the councils, on each of the three ways round.
_TRAVELLERS = 2
#: Real numbers of Social Work England have five or six digits; these have ten, and begin with 99.
_NUMBER = "SW99"


@dataclass(frozen=True)
class Traveller:
    """A worker of two councils, at this one: before the move or after it."""

    number: int
    worker: int
    leaves: bool


def travel(
    council_id: str, seed: int | None, held: Rows, as_of: int, case_posts: int
) -> tuple[Rows, tuple[Traveller, ...]]:
    """Let the region's travellers leave this council or come to it, each on the same days as at the other."""
    ring = sorted(DFE_CODES)
    if council_id not in ring:
        return held, ()
    here, made = ring.index(council_id), []
    days = as_of - random_for("region", seed, "moves").integers(60, 700, (len(ring), _TRAVELLERS))
    for way in range(len(ring)):
        for n in range(_TRAVELLERS):
            leaves = way == here
            if leaves or (way + 1) % len(ring) == here:
                on = int(days[way, n]) + (0 if leaves else 14)
                held, worker = _split(held, (way * _TRAVELLERS + n) % case_posts, on, leaves)
                made.append(Traveller(way * _TRAVELLERS + n, worker, leaves))
    return held.by("post", "began"), tuple(made)


def _split(held: Rows, post: int, on: int, leaves: bool) -> tuple[Rows, int]:
    """Change the post's holder on a day; return the worker who leaves, or the one who comes."""
    row = int(np.flatnonzero((held["post"] == post) & (held["began"] <= on) & (held["ended"] > on))[0])
    newcomer = int(held["worker"].max()) + 1
    rest = held.where(np.array([row])).also(began=np.array([on]), worker=np.array([newcomer]))
    ended, agency = held["ended"].copy(), held["agency"].copy()
    # Whoever leaves ends all that they hold: they may have changed teams before.
    ended[row] = on
    agency[row] = agency[row] and not leaves
    rest = rest if leaves else rest.also(agency=np.array([False]))
    later = (held["worker"] == held["worker"][row]) & (held["began"] > held["began"][row])
    worker = np.where(later, newcomer, held["worker"])
    who = int(held["worker"][row]) if leaves else newcomer
    return stack(held.also(ended=ended, agency=agency, worker=worker), rest), who


def make(random: Random, council_id: str, held: Rows, roles: Texts, travellers: tuple[Traveller, ...]) -> Rows:
    """Make the workers who hold or held the posts."""
    count = int(held["worker"].max()) + 1
    began, ended = np.full(count, OPEN), np.full(count, -OPEN)
    np.minimum.at(began, held["worker"], held["began"])
    np.maximum.at(ended, held["worker"], held["ended"])
    agency = np.zeros(count, dtype=bool)
    agency[held["worker"]] = held["agency"]
    role = np.full(count, "5")
    role[held["worker"]] = roles[held["post"]]
    promoted = np.where((role == "5") & ~agency & chance(random, count, 0.2), began + 600, OPEN)
    origin = np.where(agency, "", pick(random, count, _ORIGIN))
    people = Rows(
        {
            "swe": numbered(_NUMBER + DFE_CODES.get(council_id, "999"), np.arange(count), 5),
            "born": began - (random.uniform(23, 58, count) * YEAR).astype(np.int64),
            "gender": pick(random, count, {"2": 0.84, "1": 0.15, "9": 0.01}),
            "ethnic": pick(random, count, _ETHNIC),
            "agency": agency,
            "fte": np.where(agency, "1.0", pick(random, count, _FTE)).astype(np.float64),
            **{"role": role, "began": began, "ended": ended, "promoted": np.where(promoted < ended, promoted, OPEN)},
            "origin": origin,
            "destination": np.where(agency, "", pick(random, count, _DESTINATION)),
            "reason_left": np.where(agency, "", pick(random, count, _REASON)),
            "level": pick(random, count, {"1": 0.45, "2": 0.5, "3": 0.05}),
            "step_up": (origin == "1") & chance(random, count, 0.1),
            "frontline": (origin == "1") & chance(random, count, 0.08),
        }
    )
    return _as_travelled(people, travellers)


def _as_travelled(people: Rows, travellers: tuple[Traveller, ...]) -> Rows:
    """Give the travellers the number, birthday and all else that they have at both councils."""
    swe, born, gender = (people[name].copy() for name in ("swe", "born", "gender"))
    origin, destination = people["origin"].copy(), people["destination"].copy()
    for one in travellers:
        swe[one.worker] = f"{_NUMBER}000{one.number:05d}"
        born[one.worker] = 5_000 + hash_of(f"traveller/{one.number}") % 4_000
        gender[one.worker] = "2"
        if one.leaves:
            destination[one.worker] = "1"
        else:
            origin[one.worker] = "2"
    return people.also(swe=swe, born=born, gender=gender, origin=origin, destination=destination)


def in_post(people: Rows, on: int) -> Bools:
    """Say who is in post on a day, agency workers among them."""
    here: Bools = (people["began"] <= on) & (people["ended"] > on)
    return here


def absence(council_id: str, seed: int | None, people: Rows, year: int) -> Rows:
    """Draw a year's absence of every worker: working days lost, and why they are away on 30 September."""
    random = random_for(council_id, seed, f"absence/{year}")
    count = len(people)
    days = np.round(np.where(chance(random, count, 0.45), random.exponential(14.0, count), 0.0) * 2) / 2
    away = chance(random, count, 0.04)
    return Rows({"days": days, "away": away, "why": np.where(away, pick(random, count, _ABSENCES), "")})
