"""Made-up episodes: how a stay in care divides by legal status and placement, as DfE's rules want it told."""

from __future__ import annotations

import numpy as np

from socialcare.generate import children
from socialcare.generate.rows import (
    OPEN,
    YEAR,
    Bools,
    Days,
    Ints,
    Random,
    Rows,
    Texts,
    chance,
    numbered,
    pick,
    spread,
    stack,
    sum_within,
)

#: Days between two moves of one child: at least a dozen, by construction (see ``_cut``).
_DAYS_PER_EPISODE = 30
_LEGAL = np.array(["V2", "C1", "C2"])
_WHY = {"P": 0.45, "T": 0.15, "L": 0.25, "B": 0.10, "U": 0.05}
#: Up to which age (in years) which placements are drawn, by weight.
_PLACES: dict[int, dict[str, float]] = {
    4: {"U6": 0.6, "U3": 0.25, "P1": 0.1, "R3": 0.05},
    10: {"U6": 0.58, "U3": 0.25, "P1": 0.1, "K2": 0.06, "S1": 0.01},
    16: {"U6": 0.48, "U3": 0.14, "P1": 0.08, "K2": 0.25, "S1": 0.03, "Z11": 0.02},
    99: {"U6": 0.33, "U3": 0.1, "K2": 0.2, "K3": 0.34, "Z11": 0.03},
}
_LONG_TERM = {"U6": "U4", "U3": "U1"}
_MOVED = {"CARPL": 0.3, "CREQB": 0.2, "CREQO": 0.15, "LAREQ": 0.1, "CHILD": 0.1, "STAND": 0.05, "OTHER": 0.1}
#: Placements that the register of Ofsted does not know, and those without a provider.
NOT_REGISTERED, NO_PROVIDER = ("P1", "Z11"), ("Z11",)
_HOME = {"E4A": 0.75, "E4B": 0.15, "E13": 0.10}
_AGED_OUT = {"E5": 0.4, "E6": 0.15, "E17": 0.25, "E7": 0.05, "E8": 0.15}


def make(random: Random, council_id: str, periods: Rows, people: Rows) -> Rows:
    """Make the episodes of every period, in the order of children and of time."""
    adopting = periods["kind"] == "adoption"
    parts = (_usual(random, periods.where(~adopting)), _adoption(random, periods.where(adopting), _seen_until(periods)))
    made = stack(*parts).by("period", "began")
    owner = periods.where(np.searchsorted(periods["period"], made["period"]))
    is_break = np.strings.startswith(owner["kind"], "break")
    made = made.also(child=owner["child"], need=owner["need"], is_break=is_break)
    made = _placed(random, council_id, made, people)
    return made.also(rec=_reasons_to_end(random, made, owner), reason_change=_reasons_to_move(random, made))


def _usual(random: Random, periods: Rows) -> Rows:
    stay = np.minimum(periods["ended"], _seen_until(periods)) - periods["began"]
    is_break = np.strings.startswith(periods["kind"], "break")
    police = (periods["kind"] == "usual") & (stay > 60) & chance(random, len(periods), 0.08)
    moves = np.minimum(random.geometric(0.45, len(periods)), np.maximum(stay // _DAYS_PER_EPISODE, 1))
    moves = np.where(is_break, 1, moves)
    owner, position = spread(moves + police)
    began = _cut(random, periods["began"], stay, moves, police, owner, position)
    ended = np.append(began[1:], OPEN)
    last = position == (moves + police)[owner] - 1
    ended[last] = periods["ended"][owner[last]]
    age = (began - periods["born"][owner]) / YEAR
    codes = _codes(random, owner, position, police, age, periods)
    return Rows({"period": periods["period"][owner], "position": position, "began": began, "ended": ended, **codes})


def _seen_until(periods: Rows) -> int:
    """Return the last day that the history knows: stays without an end are cut up to it."""
    ends, begins = periods["ended"][periods["ended"] < OPEN], periods["began"]
    return int(max(ends.max(initial=0), begins.max(initial=0)))


def _cut(random: Random, first: Days, stay: Days, moves: Ints, police: Bools, owner: Ints, position: Ints) -> Days:
    """Cut each stay into about equal episodes, each cut shifted by at most a third of a piece.

    Who came by police protection has two days of it first.
    """
    before = np.where(police, 2, 0)
    piece = ((stay - before) / moves)[owner]
    place = position - police[owner]
    shift = np.where(place <= 0, 0.0, random.uniform(-0.3, 0.3, len(owner)))
    began = first[owner] + before[owner] + np.floor((place + shift) * piece).astype(np.int64)
    return np.where(place < 0, first[owner], began)


def _codes(
    random: Random, owner: Ints, position: Ints, police: Bools, age: np.ndarray, periods: Rows
) -> dict[str, Texts]:
    """Draw why each episode began, then the legal status and placement that say the same."""
    count = len(owner)
    kind = periods["kind"][owner]
    first = position == 0
    by_police = police[owner] & (position == 1)
    why = np.where(first, "S", np.where(by_police, "L", pick(random, count, _WHY)))
    steps = (np.isin(why, ["L", "B", "U"]) & ~by_police).astype(np.int64)
    start = random.choice(3, len(periods), p=[0.4, 0.45, 0.15])[owner]
    start = np.where(kind == "uasc", 0, start)
    level = np.minimum(start + sum_within(owner, steps), np.where(kind == "uasc", 0, 2))
    changed = ~first & (by_police | (level != np.append(0, level[:-1])))
    why = _where(why, ~changed, {"L": "P", "B": "P", "U": "T"})
    base = _draw_places(random, age)
    again = sum_within(owner, (base == "P1").astype(np.int64)) > 1  # from home to home would be no move
    base = np.where((base == "P1") & ((level == 0) | again), "U6", base)
    base = np.where(np.strings.startswith(kind, "break") | (police[owner] & (position < 2)), "U6", base)
    arrives = np.isin(np.append("", why[:-1]), ["S", "P", "B"]) & ~(police[owner] & (position == 1))
    can_stay = arrives & np.isin(np.append("", base[:-1]), list(_LONG_TERM))
    why = _where(why, ~can_stay, {"T": "P", "U": "B"})
    legal = np.where(police[owner] & first, "L1", _LEGAL[level])
    legal = np.where(kind == "break_v3", "V3", np.where(kind == "break_v4", "V4", legal))
    carers = np.isin(why, ["S", "P", "B"])
    group = np.maximum.accumulate(np.where(carers, np.arange(count), 0))
    settled = sum_within(owner, np.isin(why, ["T", "U"]).astype(np.int64))
    settled = settled - settled[group]
    place = base[group]
    place = np.where(settled > 0, _where(place, np.ones(count, dtype=bool), _LONG_TERM), place)
    return {"rne": why, "ls": legal, "place": place}


def _where(values: Texts, wanted: Bools, changes: dict[str, str]) -> Texts:
    """Replace codes where wanted; all at once, so that one change does not feed another."""
    changed = values.copy()
    for old, new in changes.items():
        changed[wanted & (values == old)] = new
    return changed


def _draw_places(random: Random, age: np.ndarray) -> Texts:
    drawn = np.full(len(age), "U6", dtype="<U3")
    for limit, weights in sorted(_PLACES.items(), reverse=True):
        drawn = np.where(age < limit, pick(random, len(age), weights), drawn)
    return drawn


def _adoption(random: Random, periods: Rows, seen_until: int) -> Rows:
    """Three episodes: an interim order, a placement order with the same carers, then the adopters."""
    count = len(periods)
    stay = np.minimum(periods["ended"], seen_until) - periods["began"]
    ordered = periods["began"] + (stay * random.uniform(0.35, 0.45, count)).astype(np.int64)
    placed = periods["began"] + (stay * random.uniform(0.6, 0.75, count)).astype(np.int64)
    by_carers = chance(random, count, 0.2)
    first = periods["began"]
    owner, position = spread(np.full(count, 3))
    begins = np.stack([first, ordered, placed], axis=1).reshape(-1)
    ends = np.stack([ordered, placed, periods["ended"]], axis=1).reshape(-1)
    why = np.stack([np.full(count, "S"), np.full(count, "L"), np.where(by_carers, "T", "P")], axis=1).reshape(-1)
    place = np.stack([np.full(count, "U6"), np.full(count, "U6"), np.where(by_carers, "A5", "A6")], axis=1).reshape(-1)
    legal = np.where(position == 0, "C1", "E1")
    return Rows(
        {
            **{"period": periods["period"][owner], "position": position, "began": begins, "ended": ends},
            **{"rne": why, "ls": legal, "place": place.astype("<U3")},
        }
    )


def _placed(random: Random, council_id: str, made: Rows, people: Rows) -> Rows:
    """Give each carer a provider, a register number and a postcode; they stay while the carer does."""
    count = len(made)
    group = np.maximum.accumulate(np.where(np.isin(made["rne"], ["S", "P", "B"]), np.arange(count), 0))
    is_out = chance(random, count, 0.25)[group] & ~np.isin(made["place"], ["P1"])
    near, far = pick(random, count, {"PR1": 0.6, "PR4": 0.3, "PR5": 0.1}), pick(random, count, {"PR4": 0.8, "PR5": 0.2})
    provider = np.where(is_out, far[group], near[group])
    provider = np.where(made["place"] == "P1", "PR0", provider)
    near_by, elsewhere = (_addresses(random, there, made["rne"]) for there in (council_id, "elsewhere"))
    postcode = np.where(is_out, elsewhere[group], near_by[group])
    urn = numbered("SC9", np.arange(100_000), 5)[random.integers(0, 99_999, count)[group]]
    home = people["home"][made["child"]]
    is_break, is_uasc = made["is_break"], people["is_uasc"][made["child"]]
    return made.also(
        group=group,
        is_out=is_out,
        provider=np.where(np.isin(made["place"], NO_PROVIDER), "", provider),
        urn=np.where(np.isin(made["place"], NOT_REGISTERED) | is_break, "", urn),
        home_post=np.where(is_break | is_uasc, "", home),
        pl_post=np.where(is_break, "", np.where(made["place"] == "P1", home, postcode)),
    )


def _addresses(random: Random, where: str, why: Texts) -> Texts:
    """Return a postcode for each row; two carers one after the other never have the same."""
    turn = np.cumsum(np.isin(why, ["S", "P", "B"])) % 2 == 0
    even, odd = (children.postcodes(random, where, len(why), sectors) for sectors in ((5, 7, 9), (6, 8)))
    return np.where(turn, even, odd)


def _reasons_to_end(random: Random, made: Rows, owner: Rows) -> Texts:
    """Return why each episode ended; of a stay's last one it says where the child went."""
    count = len(made)
    way = owner["way_out"]
    kin = np.isin(made["place"], ["U1", "U3"])
    rec = np.select(
        [way == "home", way == "aged_out", way == "adopted", way == "sgo", way == "order"],
        [
            pick(random, count, _HOME),
            pick(random, count, _AGED_OUT),
            pick(random, count, {"E11": 0.3, "E12": 0.7}),
            np.where(kin, "E45", np.where(chance(random, count, 0.5), "E46", "E47")),
            np.full(count, "E41"),
        ],
        pick(random, count, {"E8": 0.7, "E3": 0.3}),
    )
    is_last = np.append(made["period"][1:] != made["period"][:-1], True)
    return np.where(made["ended"] == OPEN, "", np.where(is_last, rec, "X1"))


def _reasons_to_move(random: Random, made: Rows) -> Texts:
    """Return why each placement ended, where the next episode of the stay is another placement."""
    following = np.append(made["rne"][1:], "")
    drawn = pick(random, len(made), _MOVED)
    return np.where(np.isin(following, ["P", "B"]), drawn, np.where(np.isin(following, ["T", "U"]), "PLACE", ""))
