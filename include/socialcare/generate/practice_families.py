"""Made-up local records of families and young people: pathway plans, short breaks, family plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Random, Rows, age_on, chance, is_last, pick, random_for, spread

if TYPE_CHECKING:
    from socialcare.generate.life import Life

#: How far back these records go, in days, where one year is told; and a year more for each year more.
_DAYS, _YEAR = 730, 365


def pathway_plans(life: Life, until: int) -> Rows:
    """One for each young person from 16 who is or was in care on the day; reviewed about every six months."""
    random = random_for(life.council_id, life.seed, f"pathway/{until}")
    periods = life.care.periods.where(life.care.periods["began"] <= until)
    last = periods.where(is_last(periods["child"]))
    age, in_care = age_on(last["born"], until), last["ended"] > until
    left = np.isin(last["child"], life.leavers["child"]) & (age < 22)
    last = last.where((age >= 16) & (in_care | left) & ~np.strings.startswith(last["kind"], "break"))
    count = len(last)
    ago = np.where(chance(random, count, 0.8), random.integers(5, 170, count), random.integers(195, 420, count))
    earliest = np.minimum(last["began"] + 10, until)
    reviewed = np.maximum(until - ago, earliest)
    category = np.where(
        last["ended"] > until, "eligible", np.where(age_on(last["born"], until) < 18, "relevant", "former relevant")
    )
    return Rows(
        {
            **{"child": last["child"], "category": category, "reviewed": reviewed},
            "began": np.minimum(reviewed, np.maximum(earliest, until - random.integers(200, 700, count))),
            "own_words": chance(random, count, 0.75),
        }
    )


def short_breaks(random: Random, life: Life) -> Rows:
    """Disabled children who were assessed as needing a short break, and when they had the first one."""
    children = life.children
    disabled = children.where((children["disability"] != "NONE") & chance(random, len(children), 0.12))
    count = len(disabled)
    requested = life.as_of - random.integers(1, _DAYS + _YEAR * life.more_years, count)
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


def family_plans(random: Random, life: Life) -> Rows:
    """Reviews of the plans of families in early help: due every six weeks, some held late, not yet or never."""
    helped = life.need.early_help
    helped = helped.where(helped["ended"] > life.as_of - _YEAR - _YEAR * life.more_years)
    until = np.minimum(helped["ended"], life.as_of + 1)
    owner, position = spread(np.minimum((until - helped["began"]) // 42, 8))
    count = len(owner)
    due = helped["began"][owner] + 42 * (position + 1)
    held = due + np.where(chance(random, count, 0.2), random.integers(5, 30, count), -random.integers(0, 6, count))
    in_its_time = (held <= life.as_of) & (held <= helped["ended"][owner])
    return Rows(
        {
            **{"plan": owner, "child": helped["child"][owner], "goal": position + 1, "due": due},
            **{"began": helped["began"][owner], "ended": helped["ended"][owner]},
            **{"held": np.where(in_its_time, held, OPEN), "progress": random.integers(0, 11, count)},
        }
    ).where(due <= life.as_of)
