"""What is more than chance, on the real releases of 2024: each council's intervals and words, worked out again.

scipy gives the limits: chi-square quantiles are exact for counts, its binomial test has Wilson's interval. The
difference of two figures is Newcombe's (method 10) in a second hand; the words that a reader sees follow from it.
"""

from __future__ import annotations

from math import hypot
from typing import Any

import pytest
from scipy.stats import binomtest, chi2

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")

DURHAM = "E06000047"


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def exact(count: int) -> tuple[float, float]:
    return (chi2.ppf(0.025, 2 * count) / 2 if count else 0.0, chi2.ppf(0.975, 2 * count + 2) / 2)


def test_rates_lie_within_the_exact_limits_of_their_counts() -> None:
    found = rows(
        "select numerator, denominator, interval_low, interval_high, value from marts.regional_comparison"
        " where indicator_id in ('cpp_starts_rate_per_10000', 'cla_starts_rate_per_10000') and period = '2024'"
        " and interval_status = 'given'"
    )
    assert len(found) > 290
    for counted, people, low, high, value in found:
        expected = [10000 * limit / float(people) for limit in exact(int(counted))]
        # Byar's approximation is within 0.3% of the exact limits from ten on; below, they are the exact ones.
        assert [float(low), float(high)] == pytest.approx(expected, rel=0.003, abs=0.002)
        assert low - 1 <= value <= high + 1


def test_shares_have_wilsons_limits() -> None:
    found = rows(
        "select numerator, denominator, interval_low, interval_high from marts.regional_comparison"
        " where indicator_id in ('rereferral_pct', 'cla_3_placements_pct') and period = '2024'"
        " and interval_status = 'given'"
    )
    assert len(found) > 290
    for counted, people, low, high in found:
        wilson = binomtest(int(counted), int(people)).proportion_ci(0.95, method="wilson")
        assert [float(low), float(high)] == pytest.approx([100 * wilson.low, 100 * wilson.high], abs=0.001)


def test_the_words_against_england_follow_from_newcombes_interval() -> None:
    found = rows(
        "select f.numerator, f.denominator, e.numerator, e.denominator, f.significance_vs_england"
        " from marts.regional_comparison f join marts.indicator_values e"
        "  on e.indicator_id = f.indicator_id and e.period = f.period and e.area_code = 'E92000001'"
        " where f.indicator_id = 'rereferral_pct' and f.period = '2024' and f.interval_status = 'given'"
    )
    assert len(found) == 149
    words = []
    for *counts, word in found:
        own, whole, theirs, of_theirs = map(int, counts)
        mine = binomtest(own, whole).proportion_ci(0.95, method="wilson")
        other = binomtest(theirs, of_theirs).proportion_ci(0.95, method="wilson")
        p, q = own / whole, theirs / of_theirs
        low = p - q - hypot(p - mine.low, other.high - q)
        high = p - q + hypot(mine.high - p, q - other.low)
        assert word == ("higher" if low > 0 else "lower" if high < 0 else "similar")
        words.append(word)
    # Most councils differ from England by more than chance: why unusual_value is there.
    assert words.count("similar") < 75


def test_a_stock_is_tested_by_who_came_and_who_left() -> None:
    # DfE 2024: Durham had 1,214 children in care on 31 March (122 per 10,000), 111 a year before by the same release.
    found = rows(
        "select value::int, change_on_previous::int, significance_vs_previous, vs_previous_method, small_numbers"
        " from marts.regional_comparison"
        " where indicator_id = 'cla_rate_per_10000' and council_code = %s and period = '2024'",
        DURHAM,
    )
    ((value, change, word, method, small),) = found
    assert (value, method, small) == (122, "stock_by_its_flows", None)
    starts, ends, people = rows(
        "select max(numerator) filter (where indicator_id = 'cla_starts_rate_per_10000'),"
        " max(numerator) filter (where indicator_id = 'cla_ends_rate_per_10000'), max(denominator)"
        " from marts.regional_comparison where council_code = %s and period = '2024'"
        " and indicator_id in ('cla_starts_rate_per_10000', 'cla_ends_rate_per_10000')",
        DURHAM,
    )[0]
    by_chance = 1.96 * 10000 * float(starts + ends) ** 0.5 / float(people)
    assert word == ("higher" if change > by_chance else "similar")


def test_what_rests_on_no_counted_people_is_not_tested_and_says_so() -> None:
    found = rows(
        "select distinct indicator_id, interval_status from marts.regional_comparison where value is not null"
        " and significance_vs_england = 'not_tested' and unit not in ('number', 'FTE')"
        " and interval_status <> 'counts_not_published'"
    )
    assert {status for _, status in found} == {"no_method"}
    assert {indicator for indicator, _ in found} >= {"sw_caseload_fte", "sw_absence_fte_pct", "cla_sdq_mean"}
    assert rows(
        "select count(*) from marts.regional_comparison where interval_status <> 'given'"
        " and (significance_vs_england <> 'not_tested' or significance_vs_previous <> 'not_tested')"
    ) == [(0,)]


def test_few_councils_stand_out_and_each_by_benjamini_and_hochbergs_rule() -> None:
    found = rows("select council_code, chance, stands_out, tried from marts.standing_out order by council_code, chance")
    assert 0.005 < sum(out for _, _, out, _ in found) / len(found) < 0.05
    by_council: dict[str, list[tuple[float, bool, int]]] = {}
    for council, chance, out, tried in found:
        by_council.setdefault(council, []).append((float(chance), out, tried))
    for council, ordered in by_council.items():
        assert len(ordered) == ordered[0][2]
        kept = [n for n, (chance, _, tried) in enumerate(ordered, start=1) if chance <= 0.05 * n / tried + 1e-6]
        assert sum(out for _, out, _ in ordered) in (max(kept, default=0), max(kept, default=0) - 1), council
