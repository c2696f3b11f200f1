"""The door's process stays small: births of any number of children, and pandas for those who ask for it alone."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from socialcare.door.born_on import NOT_YET, BornOn
from socialcare.door.cells import NO_DAY


def first_said(said: list[tuple[int, int]]) -> dict[int, int]:
    """What must be found, told one by one: the first day said of each child, NOT_YET only when no other is."""
    first: dict[int, int] = {}
    for number, day in said:
        if first.get(number, int(NOT_YET)) == NOT_YET:
            first[number] = day
    return first


@pytest.mark.parametrize("in_memory", [50, 400, 1_000_000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_birth_said_of_a_child_is_found_wherever_it_is_kept(in_memory: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    born, said = BornOn(in_memory), []
    for _ in range(30):
        number = chance.integers(1, 700, 100).astype(np.uint64) * np.uint64(1 << 53)
        day = np.where(chance.random(100) < 0.3, NOT_YET, chance.integers(0, 20_000, 100)).astype(np.int32)
        born.add(number, day)
        said += list(zip(number.tolist(), day.tolist(), strict=True))
        wanted = chance.integers(0, 800, 40).astype(np.uint64) * np.uint64(1 << 53)
        must = first_said(said)
        assert born.find(wanted).tolist() == [must.get(number, int(NO_DAY)) for number in wanted.tolist()]
    assert (len(born._runs) > 1) == (in_memory < 1_000)
    born.close()


def test_more_children_than_are_read_at_a_time_are_found_in_any_order() -> None:
    chance = np.random.default_rng(4)
    number = chance.permutation(np.arange(1, 200_001, dtype=np.uint64) * np.uint64(977))
    day = (number % np.uint64(20_000)).astype(np.int32)
    born = BornOn(in_memory=60_000)
    for start in range(0, len(number), 25_000):
        born.add(number[start : start + 25_000], day[start : start + 25_000])
    wanted = chance.permutation(number)[:50_000]
    assert (born.find(wanted) == (wanted % np.uint64(20_000)).astype(np.int32)).all()
    assert (born.find(wanted + np.uint64(1)) == NO_DAY).all()
    born.close()


_PANDAS = """
import sys
from socialcare.door import intake
assert "pandas" not in sys.modules, "the door imports pandas"
import pyarrow as pa
import pandas as pd
assert pa.array(pd.Series(["a", None])).null_count == 1, "pyarrow knows nothing of it"
"""


def test_the_door_leaves_pandas_to_those_who_import_it() -> None:
    done = subprocess.run([sys.executable, "-c", _PANDAS], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
