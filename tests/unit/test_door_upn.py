"""The check letter of a pupil number."""

from __future__ import annotations

import pyarrow as pa
import pytest

from socialcare.door.upn import wrong_check_letter, wrong_check_letters


@pytest.mark.parametrize(
    ("number", "is_wrong"),
    [
        # By hand: 1x2 + 2x3 + ... + 9x10 + 0 + 1x12 + 2x13 = 368, which is 0 modulo 23: A.
        ("A123456789012", False),
        ("B123456789012", True),
        # All nought but a last 1: 1x13 is the place of P, A being 0 and there being no I and no O.
        ("P000000000001", False),
        ("Q000000000001", True),
        # A temporary number ends in a letter, which counts by its place: A is 0.
        ("A00000000000A", False),
        ("a123456789012", False),
        ("S123456789012", True),  # S is never a check letter
        ("UN1", False),
        ("123", False),
        ("", False),
        (None, False),
    ],
)
def test_the_letter_is_what_the_other_characters_give(number: str | None, is_wrong: bool) -> None:
    assert wrong_check_letter(pa.array([number], pa.string())).tolist() == [is_wrong]


def test_each_of_many_is_judged_by_itself() -> None:
    numbers = pa.array(["A123456789012", None, "B123456789012", "nothing"], pa.string())
    assert wrong_check_letter(numbers).tolist() == [False, False, True, False]


def test_a_column_is_judged_cell_by_cell() -> None:
    cells = pa.array(["B123456789012", None, " A123456789012 ", "B123456789012"]).dictionary_encode()
    assert wrong_check_letters(cells).tolist() == [True, False, False, True]
