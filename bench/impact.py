"""The estimate of a programme's effect, over made-up councils of which the right answer is known.

    python -m bench impact

40 teams with 12 audits a quarter over ten quarters; two thirds of them begin one after another, a third not yet. Teams
differ, quarters differ, and a team's start may lie anywhere in its quarter. Prints how often the 95% interval holds the
truth, how often an effect is found where there is none, and how often a rise of 15 points is found.
"""

from __future__ import annotations

import time

import numpy as np

from socialcare.impact.effects import Estimate, estimate
from socialcare.impact.panel import NOT_YET, Panel, usable

SEEDS, TEAMS, AUDITS, QUARTERS, RISE = 400, 40, 12, 10, 0.15


def made_up(seed: int, rise: float, *, teams: int = TEAMS, quarters: int = QUARTERS, audits: int = AUDITS) -> Panel:
    """Return the audits of a made-up council in which a programme adds so much to the share of good ones."""
    random = np.random.default_rng(seed)
    usual = np.clip(0.53 + random.normal(0, 0.08, teams), 0.2, 0.8)[:, None]
    season = np.cumsum(random.normal(0, 0.015, quarters))[None, :]
    place = random.permutation(teams)
    start = np.where(place * 3 < teams * 2, 2 + place * 7.5 / teams, np.inf)
    on = np.arange(quarters)[None, :, None] + random.random((teams, quarters, audits))
    chance = (usual + season)[:, :, None] + rise * (on >= start[:, None, None])
    good = (random.random(on.shape) < chance).sum(axis=2).astype(np.float64)
    began = np.where(np.isfinite(start), np.floor(np.where(np.isfinite(start), start, 0)), NOT_YET).astype(np.int64)
    names = tuple(f"T-{n}" for n in range(teams)), tuple(f"Q{n}" for n in range(quarters))
    return Panel(*names, good, np.full(good.shape, float(audits)), began)


def tried(seeds: range, rise: float) -> list[Estimate]:
    """Return the estimates of so many made-up councils."""
    return [estimate(usable(made_up(seed, rise))) for seed in seeds]


def holds(estimates: list[Estimate], rise: float) -> float:
    """Return how many of the intervals hold the truth."""
    return sum(one.effect.low <= 100 * rise <= one.effect.high for one in estimates) / len(estimates)


def finds(estimates: list[Estimate]) -> float:
    """Return how many tell an effect from none."""
    return sum(one.effect.is_told_apart for one in estimates) / len(estimates)


def main() -> None:
    began = time.monotonic()
    none, rise = tried(range(SEEDS), 0.0), tried(range(SEEDS), RISE)
    mean = sum(one.effect.points for one in rise) / len(rise)
    print(f"{SEEDS} fixed seeds, {TEAMS} teams, {AUDITS} audits a quarter, {QUARTERS} quarters")
    for name, value, target in (
        ("interval holds the truth, no effect", holds(none, 0.0), "92 to 98%"),
        ("interval holds the truth, 15 points", holds(rise, RISE), "92 to 98%"),
        ("found where there is none", finds(none), "at most 8%"),
        ("15 points found", finds(rise), "at least 85%"),
    ):
        print(f"{name:<38} {100 * value:5.1f}%   target {target}")
    print(f"mean of the estimates of 15 points     {mean:5.2f}")
    print(f"seconds for one estimate               {(time.monotonic() - began) / 2 / SEEDS:5.2f}")


if __name__ == "__main__":
    main()
