"""The ways to write a code: each spelling is one code, and none could be two."""

from __future__ import annotations

import pyarrow as pa
import pytest

from socialcare.door.dialects import Dialects

CODES = {"need": {"N1": "Abuse or neglect", "N2": "Child's disability"}, "sex": {"M": "Male"}}
ALIASES = {"need": {"N1": ["N1 - Abuse or neglect", "a) Abuse or neglect"], "N2": ["Child's disability"]}}


def canonical(codes: str, *values: str | None) -> list[str | None]:
    return Dialects(CODES, ALIASES).canonical(codes, pa.array(values, pa.string())).to_pylist()


@pytest.mark.parametrize(
    "spelling", ["N1", "n1", "N1 - Abuse or Neglect", "N1:  abuse or neglect", "A) ABUSE OR NEGLECT"]
)
def test_of_a_spelling_letters_and_digits_count(spelling: str) -> None:
    assert canonical("need", spelling) == ["N1"]


def test_curly_quotes_and_hard_spaces_mean_nothing() -> None:
    assert canonical("need", "Child’s\u00a0disability") == ["N2"]


def test_what_is_no_code_is_left_as_it_is() -> None:
    assert canonical("need", "zzCodeError", "", None) == ["zzCodeError", "", None]


def test_a_list_without_other_spellings_is_left_alone() -> None:
    assert canonical("sex", "m", "M") == ["m", "M"]


def test_a_spelling_that_could_be_either_of_two_codes_is_refused() -> None:
    with pytest.raises(ValueError, match="could be"):
        Dialects({"x": {"A": "", "B": ""}}, {"x": {"A": ["same"], "B": ["Same."]}})


def test_a_spelling_of_a_code_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no code"):
        Dialects({"x": {"A": ""}}, {"x": {"C": ["c"]}})
