"""The files of a return: each column's type, how private it is, and what is left of it beyond the door."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Privacy = Literal["direct-id", "staff-id", "quasi-id", "location", "special-category", "criminal-offence", "plain"]
Becomes = Literal[
    "pseudonym", "birth_month", "day_or_month", "postcode_sector", "upn_kind", "whole_number", "dropped", "kept"
]
#: Whose identifier a column holds: each kind has tokens of its own.
Identifies = Literal["child", "worker", "provider", "family", "record", "staff", "none"]
#: What may pass the door as it is. Everything else is reduced or dropped.
_MAY_BE_KEPT = ("quasi-id", "special-category", "criminal-offence", "plain")


class Strict(BaseModel):
    """A part of a declaration: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Dated(Strict):
    first_year: int | None = Field(None, alias="from")
    last_year: int | None = Field(None, alias="until")

    def applies(self, year: int) -> bool:
        """Whether this is part of the return in the collection year."""
        return (self.first_year or year) <= year <= (self.last_year or year)


class InTime(Strict):
    """Whether something was done in time, told at the door from whole days: they may pass it as months (ADR 0015).

    Yes or no alone, of one limit: the number of days would give a day back that was reduced.
    """

    since: str | None = None
    """The column with the day from which working days are counted."""
    working_days: int | None = None
    """How many of them are in time: the day after it is the first, as DfE counts."""
    by: str | None = None
    """The column with the last day that is in time, where the return says it."""
    loaded_as: str = Field(alias="as")
    meaning: str

    @model_validator(mode="after")
    def _has_one_limit(self) -> InTime:
        if bool(self.since) == bool(self.by) or bool(self.since) != (self.working_days is not None):
            raise ValueError("say since which column and how many working_days are in time, or by which column")
        return self

    @property
    def beside(self) -> str:
        """The column that it is held against."""
        return str(self.since or self.by)


class Column(_Dated):
    """One column as the council sends it: how it is checked, how private it is, what is left of it."""

    type: Literal["identifier", "code", "date", "time", "number", "postcode", "upn", "text"]
    headings: tuple[str, ...] = ()
    """How councils head the column, the official wording first; none: as the column is called here."""
    codes: str | None = None
    pattern: str | None = None
    between: tuple[int, int] | None = None
    identifies: Identifies = "child"
    mandatory: bool = False
    element: str | None = None
    """Where the cell is in a message: see ``door/xml_shapes.py``."""
    privacy: Privacy | None = None
    because: str = ""
    becomes: Becomes = "dropped"
    reduced_when: dict[str, str] = {}
    """For day_or_month: only rows with these values can show a day of birth."""
    in_time: InTime | None = None
    """Of a date: whether it was in time, as raw says beside it; empty where either day is missing."""
    loaded_as: str | None = Field(None, alias="as")
    meaning: str = ""
    """What raw says of the column."""

    @property
    def is_loaded(self) -> bool:
        """Whether anything of the column passes the door: only with a privacy class and its reason."""
        return self.privacy is not None and bool(self.because) and self.becomes != "dropped"

    @property
    def flag(self) -> str | None:
        """The column of raw that says whether a day was reduced to its month."""
        return f"{self.loaded_as}_is_month" if self.becomes == "day_or_month" else None

    @model_validator(mode="after")
    def _reduces_what_identifies(self) -> Column:
        if self.becomes == "kept" and self.privacy is not None:
            if self.privacy not in _MAY_BE_KEPT:
                raise ValueError(f"a {self.privacy} column may not be kept as it is")
            if self.privacy == "quasi-id" and self.type != "code":
                raise ValueError("a quasi-id may be kept only as a code of a short list")
            if self.type == "text" and not self.pattern:
                raise ValueError("free text may not be kept: say its pattern, or drop it")
            if self.type in ("identifier", "postcode", "upn"):
                raise ValueError(f"a column of type {self.type} may not be kept as it is")
        if self.becomes == "whole_number" and self.type != "number":
            raise ValueError("only a number can be rounded to a whole one")
        if self.becomes != "dropped" and not self.loaded_as:
            raise ValueError("say under which name (as) the column is loaded")
        if self.in_time and (self.type != "date" or not self.is_loaded):
            raise ValueError("only a date that is loaded can be in time")
        if (self.type == "code") != bool(self.codes):
            raise ValueError("a code column names its code list, and no other column does")
        return self


class History(Strict):
    """How a row is known again in the next delivery: by what it says, not by the number a system gives it tonight."""

    key: tuple[str, ...] | None = None
    """Rows that agree on these tell of the same thing. None: the table's key, without numbers that are given anew."""
    stable: tuple[str, ...] = ()
    """Numbers of records that stay. Any other may be given anew overnight, and says nothing."""
    ignore: tuple[str, ...] = ()
    """Columns whose change says nothing of the row: they follow from other rows, or from the day."""
    starts: str | None = None
    """From when what the row says held. None: the first date of the key, if there is one."""
    ends: tuple[str, ...] = ()
    """Until when, the first of these; empty while it holds. None: it is of one day, or of no day."""
    not_kept: str = ""
    """Why the rows cannot be known again, where they cannot."""

    @property
    def columns(self) -> set[str]:
        """Every column that it names."""
        return {*(self.key or ()), *self.stable, *self.ignore, *self.ends, *filter(None, (self.starts,))}


class Table(_Dated):
    """One file of the return."""

    label: str
    key: tuple[str, ...]
    means: str = ""
    path: str | None = None
    """Of a message: there is a row for each element at this path."""
    rows_with: dict[str, str] = {}
    """Of a message whose rows stand within another table's: an element and the text by which it says that there is no
    row; there is one where any of them has another text."""
    required: bool = False
    """A delivery without it is not the return."""
    columns: dict[str, Column]
    extra: dict[str, Column] = {}
    """Columns that some files have beside those of the return."""
    history: History = History()
    belongs_to: dict[str, str] = Field(default={}, exclude=True)
    """Where no column says whose row it is: by which column it is a part of a record, and of which other table's. Rows
    are erased by it; no file is judged by it."""

    @property
    def every_column(self) -> dict[str, Column]:
        """The columns of the return, then those that a file may have beside them."""
        return {**self.columns, **self.extra}

    @model_validator(mode="after")
    def _knows_its_key(self) -> Table:
        if not set(self.key) <= set(self.columns):
            raise ValueError("the key names a column that is not declared")
        if not {self.columns[name].identifies for name in self.belongs_to if name in self.columns} <= {"record"}:
            raise ValueError("a table belongs to another by a column that is no number of a record")
        dates = {name for name, column in self.columns.items() if column.type == "date"}
        if not {column.in_time.beside for column in self.columns.values() if column.in_time} <= dates:
            raise ValueError("a day is held against a column that is no declared date of the table")
        if not self.history.columns <= {name for name, column in self.columns.items() if column.is_loaded}:
            raise ValueError("the history names a column that is not declared or not loaded")
        return self

    def subject(self, kind: Identifies = "child") -> str | None:
        """Return the column that says whose row it is, or None when the table has none."""
        found = (n for n, c in self.columns.items() if c.type == "identifier" and c.identifies == kind)
        return next(found, None)
