"""Keep the door's process small: pandas is not wanted here, and freed memory goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pyarrow as pa


class _PandasLater:
    """Says to pyarrow that there is no pandas, and tells it when somebody else imports pandas after all."""

    def __init__(self) -> None:
        self.refuses = True

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "pandas":
            return None
        if self.refuses:
            raise ModuleNotFoundError(name)
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            _then(spec.loader, lambda: pa.array([0]).to_pandas())
        return spec


def _then(loader: Any, then: Callable[[], object]) -> None:
    """Have something done as soon as a module was executed."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        then()

    loader.exec_module = exec_module


def leave_pandas_out() -> None:
    """Let pyarrow do without pandas, which it imports wherever it is installed: 41 MiB, and nothing here asks for it.

    It looks when its first column is made, and again when it is asked for a data frame.
    """
    if "pandas" in sys.modules:
        return
    later = _PandasLater()
    sys.meta_path.insert(0, later)
    pa.array([0])
    later.refuses = False


def give_back() -> None:
    """Give the memory that is free back to the system: the C library would keep a third of all that it ever had."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # GNU's alone has it
        trim(0)
