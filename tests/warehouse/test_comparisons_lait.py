"""LAIT's method, worked out again for every measure that it shares with our catalogue: rank, band, neighbours' mean.

Nothing of the models' comparisons is used: each measure's published values of its newest period, numpy's linear
quantile (R's type 7), pandas' rank and the sheet of the 2021 neighbours. A difference means that one is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")


def read(query: str) -> pd.DataFrame:
    with connect("transformer") as connection:
        cursor = connection.execute(query)  # type: ignore[arg-type]
        assert cursor.description is not None
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


@pytest.fixture(scope="module")
def newest(england: None) -> pd.DataFrame:
    """Every council's newest figure of every measure of LAIT, with our comparison of it."""
    return read(
        "select f.council_code, f.indicator_id, f.period, f.value::double precision, i.polarity, i.banded, i.lait_code,"
        " f.rank_england, f.ranked_in_england, f.quartile_band, f.neighbour_set, f.region_code, f.rank_in_region,"
        " f.neighbour_mean::double precision, f.neighbour_median::double precision, f.neighbours_reporting, v.dfe_code"
        " from marts.regional_comparison f join marts.dim_indicator i using (indicator_id)"
        " join marts.indicator_values v on v.area_code = f.council_code and v.indicator_id = f.indicator_id"
        "  and v.period = f.period"
        " where i.lait_code is not null and f.period_end_date = i.last_period_end_date"
    )


@pytest.fixture(scope="module")
def neighbours(published: Path) -> dict[str, list[str]]:
    """The 2021 model, which LAIT of November 2024 applies to all years: code to ten codes."""
    path = published / "dfe/statistical_neighbours/sn_april_2021.xlsx"
    sheet = pd.read_excel(path, engine="calamine", header=None, dtype=object).astype(str)
    header = sheet.index[(sheet == "SN1").any(axis=1)][0]
    names = list(sheet.loc[header])
    codes = sheet.loc[header + 1 :].replace(r"\.0$", "", regex=True)
    codes = codes[codes[0].str.fullmatch(r"\d{3}")]
    columns = [names.index(f"SN{n}") for n in range(1, 11)]
    return {row[0]: [row[column] for column in columns if row[column].isdigit()] for _, row in codes.iterrows()}


def band(values: pd.Series, polarity: str) -> list[str]:
    """A to D: a value on a cut takes the numerically lower quarter, whichever of the two is the better."""
    cuts = np.quantile(values.dropna(), [0.25, 0.5, 0.75], method="linear")
    letters = "ABCD" if polarity == "low" else "DCBA"
    return ["-" if np.isnan(value) else letters[int(np.searchsorted(cuts, value, side="left"))] for value in values]


def test_all_120_measures_are_here_with_every_council(newest: pd.DataFrame) -> None:
    assert newest.lait_code.nunique() == 120
    # 153 councils, of which some report jointly and two small ones not at all.
    assert newest.groupby("indicator_id").size().between(145, 153).all()
    assert not newest.duplicated(["indicator_id", "council_code"]).any()


def test_ranks_follow_laits_method_for_every_measure_that_it_ranks(newest: pd.DataFrame) -> None:
    ranked = newest[newest.polarity != "neutral"]
    assert ranked.lait_code.nunique() == 60
    for indicator, rows in ranked.groupby("indicator_id"):
        ascending = rows.polarity.iloc[0] == "low"
        places = rows.value.rank(method="min", ascending=ascending)
        np.testing.assert_array_equal(rows.rank_england.astype(float), places, err_msg=str(indicator))
        assert set(rows.ranked_in_england) == {rows.value.count()}
        within = rows.groupby("region_code").value.rank(method="min", ascending=ascending)
        np.testing.assert_array_equal(rows.rank_in_region.astype(float), within, err_msg=str(indicator))
    assert newest[newest.polarity == "neutral"].rank_england.isna().all()


def test_bands_follow_laits_method_and_are_not_given_where_its_dictionary_says_so(newest: pd.DataFrame) -> None:
    banded = newest[newest.banded]
    # One of those that are ranked has N in the dictionary's No_Quartile: persistent absence of children in need.
    assert set(newest[(newest.polarity != "neutral") & ~newest.banded].lait_code) == {"CINPermAbsent_3Term"}
    for indicator, rows in banded.groupby("indicator_id"):
        expected = band(rows.value, rows.polarity.iloc[0])
        assert rows.quartile_band.fillna("-").tolist() == expected, indicator
    assert newest[~newest.banded].quartile_band.isna().all()


def test_neighbour_means_and_medians_are_those_of_the_neighbours_reporting(
    newest: pd.DataFrame, neighbours: dict[str, list[str]]
) -> None:
    compared = 0
    for indicator, rows in newest.groupby("indicator_id"):
        # Either council of a joint return has the joint figure.
        value = {code: row.value for row in rows.itertuples() for code in str(row.dfe_code).split(" / ")}
        for row in rows.itertuples():
            # The councils of 2023 have no group in the model of 2021.
            if not neighbours.get(row.dfe_code):
                continue
            found = [value[code] for code in neighbours[row.dfe_code] if code in value and not np.isnan(value[code])]
            assert (row.neighbour_set, row.neighbours_reporting) == ("DfE 2021", len(found)), (indicator, row)
            expected: list[Any] = [np.mean(found), np.median(found)] if found else [np.nan, np.nan]
            np.testing.assert_allclose([row.neighbour_mean, row.neighbour_median], expected, atol=1e-9)
            compared += 1
    assert compared > 120 * 140
