"""Which of the differences are too much to go out by themselves. Each rule has its thresholds, and why, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from socialcare.gate import swapped
from socialcare.gate.declared import Declared, Rule

if TYPE_CHECKING:
    import pandas as pd

_NAMED = 5
_WITHIN = ["mart", "indicator", "kind", "series"]


@dataclass(frozen=True)
class Finding:
    """One reason to hold. ``councils``: how many; ``text`` names them, and a value only where everybody may read it."""

    rule: str
    mart: str
    indicator: str
    councils: int
    text: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _finding(rule: str, mart: Any, indicator: Any, councils: int, text: str) -> Finding:
    return Finding(rule, str(mart), str(indicator), int(councils), text)


@dataclass(frozen=True)
class Diff:
    """Everything that rules look at.

    ``rows``: figures that differ; ``sizes``: what there was before; ``missing``: councils that a period lacks;
    ``back``: councils whose own newest day is an earlier one now, or none.
    """

    rows: pd.DataFrame
    sizes: pd.DataFrame
    missing: pd.DataFrame
    back: pd.DataFrame


def findings(diff: Diff, declared: Declared) -> list[Finding]:
    """Return every reason to hold, the gravest rule first."""
    found: list[Finding] = []
    for name, rule in RULES.items():
        found += (_quietly(one) if declared.counts_alone(one.mart) else one for one in rule(diff, declared.rules[name]))
    return found


def _quietly(one: Finding) -> Finding:
    return replace(one, text=f"in {one.councils} council(s); what is new is told to nobody before it is published")


def _sign(diff: Diff, rule: Rule) -> Iterator[Finding]:
    low = diff.rows.merge(diff.sizes[[*_WITHIN, "low"]], on=_WITHIN, suffixes=("", "_ever"))
    wrong = low[(low["after"] < 0) & (low["low_ever"] >= 0)]
    yield from _each("sign", wrong, "below nought, where none of the indicator was before")


def _tenfold(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[diff.rows["is_council"] & diff.rows["after"].notna()]
    times, floor = float(rule["times"]), rows["unit"].map(rule["floor"]).astype(float).fillna(np.inf)
    new = ~rows["was_there"] & (rows["periods"] >= rule["periods"])
    old = rows["was_there"] & rows["before"].notna()
    high, low = rows["high"].where(new, rows["before"]), rows["low"].where(new, rows["before"])
    up = (new | old) & (rows["after"] >= times * high) & (high > 0) & (rows["after"] >= floor)
    down = (new | old) & (rows["after"] * times <= low) & (low >= floor)
    # A share may fall to nothing in one council; in several at once it has lost a place of its decimals.
    few = rows.assign(down=down).groupby([*_WITHIN, "period"])["down"].transform("sum") < rule["councils_of_shares"]
    down &= ~((rows["unit"] == "%") & few)
    own = rows["access"] == "own"  # how much and which way would say what the true figure is near to
    yield from _each("tenfold", rows[(up | down) & own], "changed greatly")
    yield from _each("tenfold", rows[up & ~own], f"{times:g} times its highest before, or more")
    yield from _each("tenfold", rows[down & ~own], f"a {times:g}th of its lowest before, or less")


def _missing_council(diff: Diff, rule: Rule) -> Iterator[Finding]:
    for table, name, group in _gone_back(diff, missing=True):
        text = f"{name} has no figure any more, in {group['indicator'].nunique()} indicators"
        yield _finding("missing_council", table, _one_or_several(group), 1, text)
    if diff.missing.empty:
        return
    for (mart, indicator), group in diff.missing.groupby(["mart", "indicator"], sort=False):
        names = group["council_name"].drop_duplicates().tolist()
        period = group["period"].iloc[0]
        yield _finding(
            "missing_council", mart, indicator, len(names), f"{_list(names)} not there in the newest period ({period})"
        )


def _swapped_councils(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[diff.rows["is_council"] & (diff.rows["access"] == "shared")]
    limits = {name: rule[name] for name in ("times", "exact", "close", "share", "wanted")}
    for pair in swapped.pairs(rows, **limits):
        yield _finding(
            "swapped_councils",
            pair.mart,
            pair.indicator,
            2,
            f"{pair.one} and {pair.other} have each other's figures, in {pair.places} places (first: {pair.indicator} "
            f"at {pair.period})",
        )


def _half_a_year(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[diff.rows["is_council"] & (diff.rows["access"] == "shared") & (diff.rows["beside"] > 0)]
    rows = rows[rows["is_new_period"] | rows["was_there"]]
    counts = diff.sizes.set_index(_WITHIN)["councils"]
    for key, group in rows[rows["after"].notna()].groupby([*_WITHIN, "period"], sort=False):
        known = counts.get(key[:4], 0)
        middle = group["ratio"].median()
        # Of an old period only what changed is here: it must be most councils.
        if len(group) < max(rule["councils"], 0.5 * known) or rule["below"] < middle < rule["above"]:
            continue
        what = "a part of the period" if middle <= rule["below"] else "more than the period"
        text = f"at {key[4]} the middle council has {middle:.2f} times what it had: {what}, in {len(group)} councils"
        yield _finding("half_a_year", key[0], key[1], len(group), text)


def _stale_source(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows
    # An indicator that is gone altogether is told as figures that are gone.
    gone = diff.sizes[diff.sizes["one_calendar"] & (diff.sizes["last_end_after"] < diff.sizes["last_end"])]
    for row in gone.drop_duplicates(["mart", "indicator"]).to_dict("records"):
        text = f"its newest period ended {row['last_end']} and ends {row['last_end_after']} now: an older file came"
        yield _finding("stale_source", row["mart"], row["indicator"], row["councils"], text)
    for table, name, group in _gone_back(diff, missing=False):
        then, now = group["last_end"].iloc[0], group["last_end_after"].iloc[0]
        text = f"{name}'s newest day was {then} and is {now} now: an older delivery came"
        yield _finding("stale_source", table, _one_or_several(group), 1, text)
    source = rows["release_before"].str.split("/").str[0] == rows["release_after"].str.split("/").str[0]
    back = rows[source.fillna(False) & (rows["release_after"] < rows["release_before"])]
    for (mart, indicator), group in back.groupby(["mart", "indicator"], sort=False):
        yield _finding(
            "stale_source", mart, indicator, group["council"].nunique(),
            f"its release went back from {group['release_before'].iloc[0]} to {group['release_after'].iloc[0]}",
        )  # fmt: skip
    yield from _repeated(diff, rule)


def _gone_back(diff: Diff, *, missing: bool) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield mart, council and rows where a council's newest day is gone altogether, or an earlier one now."""
    if diff.back.empty:
        return
    rows = diff.back[diff.back["last_end_after"].isna() == missing]
    for (mart, name), group in rows.groupby(["mart", "council_name"], sort=False):
        yield str(mart), str(name), group


def _one_or_several(group: pd.DataFrame) -> str:
    return str(group["indicator"].iloc[0]) if group["indicator"].nunique() == 1 else "several"


def _repeated(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[diff.rows["is_new_period"] & diff.rows["is_council"] & (diff.rows["access"] == "shared")]
    rows = rows[(rows["after"] > 0) & (rows["beside"] > 0)]
    for key, group in rows.groupby([*_WITHIN, "period"], sort=False):
        same = (group["after"] == group["beside"]).mean()
        if len(group) >= rule["councils"] and same >= rule["repeats"]:
            text = f"{key[4]} says what {group['prior_period'].iloc[0]} said for {same:.0%} of {len(group)} councils"
            yield _finding("stale_source", key[0], key[1], len(group), text)


def _many_revised(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[diff.rows["is_council"] & (diff.rows["access"] == "shared")]
    councils = diff.sizes.set_index(_WITHIN)["councils"]
    for key, group in rows[rows["change"] == "changed"].groupby(_WITHIN, sort=False):
        changed, known = group["council"].nunique(), max(int(councils.get(key, 0)), 1)
        if changed >= rule["councils"] and changed / known > rule["share"]:
            text = f"old figures of {changed} of {known} councils changed beyond tolerance: {_examples(group)}"
            yield _finding("many_revised", key[0], key[1], changed, text)


def _figures_gone(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[(diff.rows["change"].isin(["removed", "hidden"])) & (diff.rows["access"] == "shared")]
    figures = diff.sizes.set_index(_WITHIN)["figures"]
    for key, group in rows[rows["before"].notna()].groupby(_WITHIN, sort=False):
        known, councils = max(int(figures.get(key, 0)), 1), group["council"].nunique()
        if councils >= rule["councils"] and len(group) / known > rule["share"]:
            text = f"{len(group)} of {known} old figures are gone or have no number, in {councils} councils or areas"
            yield _finding("figures_gone", key[0], key[1], councils, text)


def _own_figures(diff: Diff, rule: Rule) -> Iterator[Finding]:
    rows = diff.rows[(diff.rows["access"] == "own") & diff.rows["after"].notna() & (diff.rows["beside"] > 0)]
    rows = rows[rows["unit"].isin(["number", "FTE"]) & (rows["beside"] >= rule["floor"])]
    rows = rows[rows["is_new_period"] | rows["was_there"]]
    # By return: where a council's other returns stay as they were, the middle of all its counts would hide one half.
    for key, group in rows.groupby(["mart", "council_name", "series", "family"], sort=False):
        middle = group["ratio"].median()
        if group["indicator"].nunique() < rule["indicators"] or rule["below"] < middle < rule["above"]:
            continue
        what = "fell: part of the records came" if middle <= rule["below"] else "rose: records came twice"
        yield _finding(
            "own_figures", key[0], "several", 1,
            f"most of {key[1]}'s own counts{f' of {key[3]}' if key[3] else ''} {what} (values are shown to nobody)",
        )  # fmt: skip


RULES: dict[str, Callable[[Diff, Rule], Iterator[Finding]]] = {
    "sign": _sign,
    "missing_council": _missing_council,
    "swapped_councils": _swapped_councils,
    "tenfold": _tenfold,
    "half_a_year": _half_a_year,
    "stale_source": _stale_source,
    "own_figures": _own_figures,
    "many_revised": _many_revised,
    "figures_gone": _figures_gone,
}


def _each(rule: str, rows: pd.DataFrame, what: str) -> Iterator[Finding]:
    for (mart, indicator), group in rows.groupby(["mart", "indicator"], sort=False):
        yield _finding(rule, mart, indicator, group["council"].nunique(), f"{_examples(group)}: {what}")


def _examples(group: pd.DataFrame) -> str:
    told = [_told(row) for row in group.head(_NAMED).itertuples()]
    return _list(told, more=len(group) - len(told))


def _told(row: Any) -> str:
    if row.access == "own":
        return f"{row.council_name} (own figure)"
    return f"{row.council_name} at {row.period}: {_number(row.beside)} to {_number(row.after)}"


def _number(value: float) -> str:
    return "no figure" if np.isnan(value) else f"{value:g}"


def _list(names: list[str], more: int = 0) -> str:
    shown, left = names[:_NAMED], max(len(names) - _NAMED, 0) + more
    return ", ".join(shown) + (f" and {left} more" if left else "")
