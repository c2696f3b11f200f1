"""Rank, band, neighbours and change for every council of 2024, worked out again from the publishers' own files.

Nothing here uses our models: pandas reads the CSVs, numpy's linear quantile is R's type 7, and the rules are
those of DfE's interactive tool. A difference means that one of the two is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")

WORKFORCE = "dfe/childrens_social_work_workforce/2024/csww_indicators_2017_to_2024.csv"
REFERRALS = "dfe/children_in_need/2024/c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv"
PLANS = "dfe/children_in_need/2024/d1_child_protection_plans_2013_to_2024.csv"
LOOKED_AFTER = "dfe/children_looked_after/2024/cla_number_and_rate_per_10k_children.csv"

FIGURES = {
    "cla_rate_per_10000": (LOOKED_AFTER, "rate_per_10000"),
    "cpp_starts_rate_per_10000": (PLANS, "CPP_start_rate"),
    "rereferral_pct": (REFERRALS, "Re_referrals_percent"),
    "sw_turnover_fte_pct": (WORKFORCE, "turnover_rate_fte"),
    "sw_agency_fte_pct": (WORKFORCE, "agency_rate_fte"),
    "sw_vacancy_fte_pct": (WORKFORCE, "vacancy_rate_fte"),
    "sw_caseload_fte": (WORKFORCE, "caseload_fte"),
    "sw_absence_fte_pct": (WORKFORCE, "absence_rate_fte"),
}


@pytest.fixture(scope="module")
def neighbours(published: Path) -> dict[str, list[str]]:
    """The 2021 model (in force when the 2024 releases came out): three-digit code to ten codes."""
    sheet = pd.read_excel(
        published / "dfe/statistical_neighbours/sn_april_2021.xlsx",
        engine="calamine",
        header=None,
        dtype=object,
    )
    header = sheet.index[sheet.apply(lambda row: "SN1" in row.to_numpy(), axis=1)][0]
    names = list(sheet.loc[header])
    columns = [names.index(f"SN{n}") for n in range(1, 11)]
    groups = {}
    for _, row in sheet.loc[header + 1 :].iterrows():
        if str(row[0]).replace(".0", "").isdigit():
            codes = [str(row[column]).replace(".0", "") for column in columns]
            groups[str(row[0]).replace(".0", "")] = [code for code in codes if code.isdigit()]
    return groups


def from_files(published: Path, indicator: str, period: str) -> pd.DataFrame:
    """Councils of one period: old code, value as a number where there is one."""
    path, column = FIGURES[indicator]
    table = pd.read_csv(published / path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if indicator == "cla_rate_per_10000":
        table = table[table.population_count == "Children looked after at 31 March each year"]
    table = table[(table.time_period == period) & (table.geographic_level == "Local authority")]
    frame = pd.DataFrame({"code": table.new_la_code, "old": table.old_la_code})
    return frame.assign(value=pd.to_numeric(table[column], errors="coerce"))


def expected(published: Path, indicator: str, neighbours: dict[str, list[str]]) -> pd.DataFrame:
    """Every comparison of 2024, by the rules in words."""
    frame = from_files(published, indicator, "2024").set_index("code")
    if indicator != "cla_rate_per_10000":
        frame["rank"] = frame.value.rank(method="min")
        cuts = np.quantile(frame.value.dropna(), [0.25, 0.5, 0.75], method="linear")
        frame["band"] = [
            None if pd.isna(value) else "ABCD"[int(np.searchsorted(cuts, value, side="left"))] for value in frame.value
        ]
    before = from_files(published, indicator, "2023").set_index("old").value
    frame["change"] = frame.value - frame.old.map(before)
    by_old = {old: row.value for row in frame.itertuples() for old in row.old.split(" / ")}
    values = {
        row.Index: [by_old[n] for n in neighbours.get(row.old, []) if n in by_old and not pd.isna(by_old[n])]
        for row in frame.itertuples()
        if " / " not in row.old and neighbours.get(row.old)
    }
    summary = pd.DataFrame(
        {code: [np.mean(v) if v else np.nan, np.median(v) if v else np.nan, len(v)] for code, v in values.items()},
        index=["mean", "median", "reporting"],
        dtype=float,
    ).T
    return frame.join(summary)


def ours(indicator: str) -> pd.DataFrame:
    columns = {
        "council_code": "code", "value": "value", "rank_england": "rank", "quartile_band": "band",
        "neighbour_mean": "mean", "neighbour_median": "median", "neighbours_reporting": "reporting",
        "change_on_previous": "change",
    }  # fmt: skip
    with connect("transformer") as connection:
        found: list[tuple[Any, ...]] = connection.execute(
            f"select {', '.join(columns)} from marts.regional_comparison"  # type: ignore[arg-type]
            " where indicator_id = %s and period = '2024'",
            [indicator],
        ).fetchall()
    frame = pd.DataFrame(found, columns=list(columns.values())).set_index("code")
    numbers = [column for column in frame if column != "band"]
    return frame.assign(**{column: frame[column].astype(float) for column in numbers})


@pytest.mark.parametrize("indicator", FIGURES)
def test_every_councils_comparison_agrees_with_a_second_calculation(
    published: Path, neighbours: dict[str, list[str]], indicator: str
) -> None:
    here, there = ours(indicator), expected(published, indicator, neighbours)
    # A council abolished before the period is a row of 'z' in the looked-after file and no row of ours.
    gone = set(there.index) - set(here.index)
    assert gone == ({"E10000006", "E10000021"} if indicator == "cla_rate_per_10000" else set())
    there = there.loc[here.index]
    for column in ("value", "mean", "median", "reporting", "change"):
        np.testing.assert_allclose(here[column], there[column].astype(float), atol=1e-9, err_msg=column)
    if indicator == "cla_rate_per_10000":
        assert here["rank"].isna().all()
        assert here["band"].isna().all()
    else:
        np.testing.assert_allclose(here["rank"], there["rank"], err_msg="rank")
        assert here["band"].fillna("-").tolist() == there["band"].fillna("-").tolist()


def test_values_agree_with_dfes_interactive_tool_where_it_holds_the_same_release(published: Path) -> None:
    # LAIT of November 2024 holds the in-need release of 2024: 2024 values must be equal, council by council.
    lait = pd.read_parquet(published / "dfe/lait/lait_2024-11-15.parquet")
    names = {"cpp_starts_rate_per_10000": "CPP_Abuse_Rate", "rereferral_pct": "ReReferral"}
    compared = 0
    for indicator, code in names.items():
        measure = lait[(lait["Short Desc"] == code) & (lait["Years"] == "2024")]
        tool = pd.to_numeric(measure["Values"], errors="coerce").groupby(measure["LA Number"]).first().dropna()
        here = ours(indicator).value
        for row in from_files(published, indicator, "2024").itertuples():
            if float(row.old) in tool.index and not pd.isna(here[row.code]):
                assert round(tool[float(row.old)], 1) == pytest.approx(here[row.code]), (indicator, row.code)
                compared += 1
    assert compared > 290
