"""What happens in care and after it: reviews, going missing and the talk on return, health, leaving care."""

from __future__ import annotations

import numpy as np

from socialcare.generate.rows import (
    OPEN,
    Days,
    Random,
    Rows,
    age_on,
    birthday,
    chance,
    pick,
    random_for,
    spread,
    sum_within,
    working_days_later,
)

#: A review in time lies well inside its limit and a late one well beyond it, so that no calendar of bank
#: holidays and no way of counting the first day changes which of them were late.
_LATE = 0.06
_PARTICIPATION = {"PN1": 0.5, "PN2": 0.1, "PN3": 0.08, "PN4": 0.05, "PN5": 0.12, "PN6": 0.05, "PN7": 0.1}
_IN_TOUCH = {"YES": 0.9, "NO": 0.05, "REFU": 0.02, "RHOM": 0.015, "NREQ": 0.015}
_ACTIV = {
    **{"F1": 0.06, "P1": 0.01, "F2": 0.2, "P2": 0.05, "F4": 0.05, "P4": 0.01, "F5": 0.18, "P5": 0.06},
    **{"G4": 0.12, "G5": 0.18, "G6": 0.08},
}
_ACCOM = {
    **{"B1": 0.15, "C1": 0.03, "D1": 0.15, "E1": 0.08, "U1": 0.33, "Z1": 0.1, "T1": 0.03},
    **{"S2": 0.03, "X2": 0.03, "W2": 0.03, "K2": 0.04},
}
#: The ages at which DfE asks about those who left care.
LEAVER_AGES = (17, 18, 19, 20, 21)


def reviews(council_id: str, seed: int | None, periods: Rows, as_of: int) -> Rows:
    """Make the statutory reviews: within 20 working days, then 3 months, then 6; a few of them late."""
    random = random_for(council_id, seed, "reviews")
    periods = periods.where(~np.strings.startswith(periods["kind"], "break"))
    until = np.minimum(periods["ended"], as_of + 1)
    owner, position = spread(3 + (until - periods["began"]) // 150)
    count = len(owner)
    late = chance(random, count, _LATE)
    working = np.where(late, random.integers(26, 40, count), random.integers(8, 19, count))
    first = working_days_later(periods["began"][owner], working) - periods["began"][owner]
    second = np.where(late, random.integers(100, 130, count), random.integers(60, 88, count))
    later = np.where(late, random.integers(200, 240, count), random.integers(150, 178, count))
    gap = np.select([position == 0, position == 1], [first, second], later)
    held = periods["began"][owner] + sum_within(owner, gap)
    age = age_on(periods["born"][owner], held)
    made = Rows(
        {
            **{"child": periods["child"][owner], "period": periods["period"][owner]},
            **{"number": position + 1, "held": held, "was_late": late},
            "code": np.where(age < 4, "PN0", pick(random, count, _PARTICIPATION)),
        }
    )
    return made.where(held < until[owner])


def missing(council_id: str, seed: int | None, episodes: Rows, people: Rows, as_of: int) -> Rows:
    """Make the times that children were missing (M) or away without leave (A), and the talks on return.

    Each lies within one episode, so that neither placement nor care ends during it.
    """
    random = random_for(council_id, seed, "missing")
    until = np.minimum(episodes["ended"], as_of)
    stay = until - episodes["began"]
    born = people["born"][episodes["child"]]
    old = age_on(born, episodes["began"]) >= 10
    goes = old & (stay >= 24) & ~episodes["is_break"] & chance(random, len(episodes), 0.16)
    goes &= ~np.isin(episodes["place"], ["P1", "A5", "A6"])
    source = episodes.where(goes)
    stay = stay[goes]
    times = np.minimum(random.geometric(0.35, len(source)), stay // 12)
    owner, position = spread(times)
    slot = (stay / np.maximum(times, 1))[owner]
    count = len(owner)
    start = source["began"][owner] + np.floor((position + random.uniform(0.05, 0.5, count)) * slot).astype(np.int64) + 1
    end = start + random.integers(0, 4, count)
    still = (np.append(owner[1:] != owner[:-1], True)) & (source["ended"][owner] == OPEN) & chance(random, count, 0.03)
    start = np.where(still, as_of - 1, start)
    end = np.where(still, OPEN, end)
    return Rows(
        {
            "child": source["child"][owner],
            "episode": np.flatnonzero(goes)[owner],
            "kind": pick(random, count, {"M": 0.85, "A": 0.15}),
            "began": start,
            "ended": end,
            **_talks(random, end, as_of),
        }
    )


def _talks(random: Random, end: Days, as_of: int) -> dict[str, np.ndarray]:
    """Draw the return home interviews: at which hour the child was back; offered, accepted, held how long after."""
    count = len(end)
    offered = (end < OPEN) & chance(random, count, 0.9)
    accepted = offered & chance(random, count, 0.78)
    hours = np.where(chance(random, count, 0.7), random.integers(4, 70, count), random.integers(75, 300, count))
    at = end * 7 % 24
    held_on = np.where(accepted, end + (at + hours) // 24, OPEN)
    held = accepted & (held_on <= as_of) & chance(random, count, 0.96)
    return {
        **{"offered": offered, "accepted": accepted, "held": held},
        "returned_at": at,
        "hours": np.where(held, hours, -1),
        "held_on": np.where(held, held_on, OPEN),
    }


def health(council_id: str, seed: int | None, people: Rows, year: int) -> Rows:
    """Draw what a year's health questions would find, for every child; who is asked is for the return to say."""
    random = random_for(council_id, seed, f"health/{year}")
    count = len(people)
    return Rows(
        {
            "sdq": random.integers(0, 36, count),
            "sdq_missing": chance(random, count, 0.14),
            "sdq_reason": pick(random, count, {"SDQ1": 0.2, "SDQ2": 0.3, "SDQ3": 0.2, "SDQ4": 0.2, "SDQ5": 0.1}),
            "convicted": chance(random, count, 0.04),
            "development": chance(random, count, 0.88),
            "immunised": chance(random, count, 0.87),
            "teeth": chance(random, count, 0.8),
            "assessed": chance(random, count, 0.9),
            "substances": chance(random, count, 0.05),
            "helped": chance(random, count, 0.5),
            "help_offered": chance(random, count, 0.8),
        }
    )


def leavers(council_id: str, seed: int | None, periods: Rows, episodes: Rows) -> Rows:
    """Make one row for each birthday, 17 to 21, of those who left care at 16 or over and may claim support."""
    random = random_for(council_id, seed, "leavers")
    last = periods.where(np.append(periods["child"][1:] != periods["child"][:-1], True))
    over_14 = np.maximum(last["began"], birthday(last["born"], 14))
    entitled = (last["ended"] < OPEN) & (last["ended"] >= birthday(last["born"], 16) + 14)
    entitled &= (last["ended"] - over_14 >= 92) & (last["way_out"] != "other")
    entitled &= ~np.isin(last["way_out"], ["adopted", "sgo", "order"])
    # A return tells the episodes of its year alone: the last one must show thirteen weeks by itself.
    ends = np.append(episodes["period"][1:] != episodes["period"][:-1], True)
    final = episodes.where(ends).where(last["period"])
    entitled &= final["ended"] - np.maximum(final["began"], over_14) >= 92
    last = last.where(entitled)
    ages = np.array(LEAVER_AGES)
    owner, position = spread(np.full(len(last), len(ages)))
    count = len(owner)
    born = last["born"][owner]
    turns = np.select([ages[position] == a for a in LEAVER_AGES], [birthday(born, a) for a in LEAVER_AGES])
    in_touch = pick(random, count, _IN_TOUCH)
    seen = in_touch == "YES"
    accom = pick(random, count, _ACCOM)
    accom = np.where((ages[position] == 17) & (accom == "Z1"), "B1", accom)
    made = Rows(
        {
            **{"child": last["child"][owner], "age": ages[position], "turns": turns, "ended": last["ended"][owner]},
            "in_touch": in_touch,
            "activ": np.where(seen, pick(random, count, _ACTIV), "0"),
            "accom": np.where(seen, accom, "0"),
        }
    )
    return made.where(last["ended"][owner] < turns)
