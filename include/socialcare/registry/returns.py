"""Returns that councils send: one YAML each in ``socialcare/specs``, a base year and yearly differences."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from socialcare.errors import Fault
from socialcare.registry.return_tables import Column, Identifies, Strict, Table

__all__ = ["Column", "Return", "ReturnYear", "Rule", "Table", "all_returns", "return_spec"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FOLDER = Path(__file__).resolve().parents[1] / "specs"


class Rule(Strict):
    """One check with its code, its wording, what it does to the row and who can put it right.

    How it is judged is one of: ``check``, a check of cells that the door knows; ``fails``, SQL that is true of a
    row that breaks it; ``query``, SQL that selects the lines (``_line``) of its table that break it; ``total``, SQL of
    which the sum over all children breaks it, found on the first line of its table.
    """

    code: str
    table: str
    columns: tuple[str, ...]
    severity: Literal["quarantine", "warning"]
    wording: str
    whose_job: str
    check: Literal["valid", "cell_count", "shared", "check_letter", "no_date"] | None = None
    fails: str | None = None
    over: str | None = None
    """The view that ``fails`` looks at, in place of the table: it has the table's lines."""
    query: str | None = None
    total: str | None = None
    """SQL that gives one number for some children; it is broken when the sum for all of them is above nought."""
    first_year: int | None = Field(None, alias="from")
    last_year: int | None = Field(None, alias="until")

    def applies(self, year: int) -> bool:
        """Whether the rule is in force for this collection year."""
        return (self.first_year or year) <= year <= (self.last_year or year)

    @property
    def sql(self) -> str:
        """The SQL of the rule, or nothing."""
        return self.fails or self.query or self.total or ""

    @model_validator(mode="after")
    def _is_judged_in_one_way(self) -> Rule:
        if sum(way is not None for way in (self.check, self.fails, self.query, self.total)) != 1:
            raise ValueError(f"rule {self.code} needs exactly one of check, fails, query and total")
        if self.severity == "quarantine" and (self.total or self.check == "shared"):
            raise ValueError(f"rule {self.code} is about several children: it can keep no row out")
        return self


class CodeChange(Strict):
    remove: tuple[str, ...] = ()
    add: dict[str, str] = Field(default={})


class Message(Strict):
    """How the return's message (XML) is known: its root, and the collection that its header names if it has one."""

    root: str
    collection: str | None = None


class Difference(Strict):
    """What changed from one collection year on, and why."""

    why: str
    code_lists: dict[str, CodeChange] = Field(default={})


class ReturnYear(BaseModel):
    """A return as it stands in one collection year: nothing left to resolve."""

    model_config = ConfigDict(frozen=True)

    return_id: str
    year: int
    year_end: date
    subject: Identifies
    views: dict[str, str]
    tables: dict[str, Table]
    code_lists: dict[str, dict[str, str]]
    code_aliases: dict[str, dict[str, tuple[str, ...]]] = {}
    no_dates: frozenset[date] = frozenset()
    rules: tuple[Rule, ...]

    @property
    def year_start(self) -> date:
        """The first day of the collection year."""
        return date(self.year_end.year - 1, self.year_end.month, self.year_end.day) + timedelta(days=1)


class Return(Strict):
    """A return as declared."""

    id: str
    name: str
    base_year: int
    last_year: int
    year_ends: str = Field(pattern=r"^\d{2}-\d{2}$")
    code_lists: dict[str, dict[str, str]]
    code_aliases: dict[str, dict[str, tuple[str, ...]]] = Field(default={})
    """Other ways to write a code, by list and code: letters and digits count, nothing else."""
    no_dates: frozenset[date] = frozenset()
    """Days that systems write where there is no date: not valid, or empty where a ``no_date`` rule says so."""
    differences: dict[int, Difference] = Field(default={})
    xml: Message | None = None
    """Absent: the return is files of rows. A return may be both: the file says which it is."""
    subject: Identifies = "child"
    """Rules see all rows of one of these together."""
    rolling: bool = False
    """A delivery is all there is on its day, whichever year that is in; else each collection year is a return."""
    tables: dict[str, Table]
    other_tables: dict[str, tuple[str, ...]] = Field(default={})
    views: dict[str, str] = Field(default={})
    """SQL over the tables that several rules share, made in this order before they run."""
    rules: tuple[Rule, ...]

    def for_year(self, year: int) -> ReturnYear:
        """Return the declaration for one collection year. Raises Fault ``collection_year_unknown``."""
        if not self.base_year <= year <= self.last_year:
            raise Fault(
                "collection_year_unknown",
                f"{self.name} is declared for {self.base_year} to {self.last_year}, not for {year}.",
                where=f"specs/{self.id}.yml",
                remedy="state the right collection year, or add the year's differences to the declaration.",
            )
        lists = {name: dict(codes) for name, codes in self.code_lists.items()}
        for first, difference in sorted(self.differences.items()):
            if first <= year:
                for name, change in difference.code_lists.items():
                    kept = {code: label for code, label in lists[name].items() if code not in change.remove}
                    lists[name] = {**kept, **change.add}
        return ReturnYear(
            return_id=self.id,
            year=year,
            year_end=date.fromisoformat(f"{year}-{self.year_ends}"),
            subject=self.subject,
            views=self.views,
            tables={name: _of_year(table, year) for name, table in self.tables.items()},
            code_lists=lists,
            code_aliases=self.code_aliases,
            no_dates=self.no_dates,
            rules=tuple(rule for rule in self.rules if rule.applies(year)),
        )

    def year_of(self, day: date) -> int:
        """Return the collection year that ``day`` falls in."""
        return day.year if day.strftime("%m-%d") <= self.year_ends else day.year + 1

    @model_validator(mode="after")
    def _names_only_what_exists(self) -> Return:
        for table in self.tables.values():
            for column in table.every_column.values():
                if column.codes and column.codes not in self.code_lists:
                    raise ValueError(f"no code list is called {column.codes}")
            for by, other in table.belongs_to.items():
                if by not in table.columns or other not in self.tables or self.tables[other].subject() is None:
                    raise ValueError(f"{table.label} belongs, by {by}, to no table of children")
        for rule in self.rules:
            if rule.table not in self.tables or not set(rule.columns) <= set(self.tables[rule.table].every_column):
                raise ValueError(f"rule {rule.code} names a table or column that is not declared")
            if rule.check == "no_date" and self.tables[rule.table].every_column[rule.columns[0]].mandatory:
                raise ValueError(f"rule {rule.code} lets a column stand for no date that must hold one")
        return self


def _of_year(table: Table, year: int) -> Table:
    columns = {name: column for name, column in table.columns.items() if column.applies(year)}
    return table if len(columns) == len(table.columns) else table.model_copy(update={"columns": columns})


@lru_cache(maxsize=8)
def all_returns(folder: Path = FOLDER) -> tuple[Return, ...]:
    """Return every declared return, by id. Raises Fault ``return_declaration_wrong`` naming file and field."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        try:
            found.append(Return.model_validate(yaml.load(path.read_bytes(), Loader=_LOADER)))
        except (ValueError, yaml.YAMLError) as error:
            raise Fault(
                "return_declaration_wrong",
                f"A return's declaration is not valid: {error}",
                where=path.name,
                remedy="compare it with the other files in the same folder.",
            ) from error
    return tuple(found)


def return_spec(return_id: str) -> Return:
    """Return one return by id. Raises Fault ``return_unknown`` with the ids that exist."""
    for declared in all_returns():
        if declared.id == return_id:
            return declared
    known = ", ".join(r.id for r in all_returns())
    raise Fault("return_unknown", f"No return is called {return_id!r}.", remedy=f"use one of: {known}.")
