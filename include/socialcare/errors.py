"""Faults with a name: what happened, where, and what the reader should do next."""

from __future__ import annotations


class Fault(Exception):
    """Something stopped, for a reason that has a name.

    ``name`` is a stable word for machines (``column_missing``), ``what`` a sentence for people, ``where``
    the file, column or setting, ``remedy`` what to do. None of them may ever hold a value that could
    identify a child. ``retryable`` says whether trying again unchanged may help.
    """

    def __init__(self, name: str, what: str, *, where: str = "", remedy: str = "", retryable: bool = False):
        self.name = name
        self.what = what
        self.where = where
        self.remedy = remedy
        self.retryable = retryable
        super().__init__(name, what, where, remedy, retryable)

    def __str__(self) -> str:
        parts = [f"{self.what} [{self.name}]"]
        if self.where:
            parts.append(f"Where: {self.where}.")
        if self.remedy:
            parts.append(f"What to do: {self.remedy}")
        return " ".join(parts)
