"""One code for the several ways in which councils write it: Ofsted's wording, a system's own words, the bare code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from socialcare.door.sheet_shape import normal

Aliases = Mapping[str, Mapping[str, Sequence[str]]]


class Dialects:
    """The spellings of every code list: of a spelling, letters and digits count, and nothing else."""

    def __init__(self, code_lists: Mapping[str, Mapping[str, str]], aliases: Aliases) -> None:
        self._known = {name: _spellings(name, code_lists[name], others) for name, others in aliases.items()}

    def canonical(self, codes: str, values: pa.StringArray) -> pa.StringArray:
        """Return each value as its code, and what is none as it is. A list without aliases is left alone."""
        known = self._known.get(codes)
        if known is None:
            return values
        return pa.array([value and known.get(normal(value), value) for value in values.to_pylist()], pa.string())


def _spellings(name: str, codes: Mapping[str, str], aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the code of each spelling, normalised. Raises ValueError when one could be either of two codes."""
    found = {normal(code): code for code in codes}
    for code, others in aliases.items():
        if code not in codes:
            raise ValueError(f"{code} of the code list {name} has other spellings and is no code of it")
        for other in others:
            if found.setdefault(normal(other), code) != code:
                raise ValueError(f"{other!r} of the code list {name} could be {code} or {found[normal(other)]}")
    return found
