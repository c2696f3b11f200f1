"""Keep the door's process small."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Give the memory that is free back to the system: the C library would keep a third of all that it ever had."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # GNU's alone has it
        trim(0)
