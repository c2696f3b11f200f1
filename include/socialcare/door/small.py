"""Keep the door's process small: pandas is not wanted here, and freed memory goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from types import ModuleType

import pyarrow as pa

#: mallopt's M_ARENA_MAX, and how many are enough: each arena of the C library keeps what it once had.
_ARENA_MAX, _ARENAS = -8, 2


class _NoPandas:
    """Answers for one import that there is no pandas."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def leave_pandas_out() -> None:
    """Let pyarrow do without pandas, which it imports wherever it is installed: 41 MiB, and nothing here asks for it.

    It looks when its first column is made, and remembers the answer. Who imports pandas later has it as ever.
    """
    if "pandas" in sys.modules:
        return
    refuses = _NoPandas()
    sys.meta_path.insert(0, refuses)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(refuses)


def few_arenas() -> None:
    """Let threads share what memory there is: the C library would keep some apart for each."""
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):  # GNU's alone has it
        set_option(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give the memory that is free back to the system: the C library would keep a third of all that it ever had."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
