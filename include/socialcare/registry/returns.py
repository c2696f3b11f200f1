"""Returns that councils send: one YAML each in ``socialcare/specs``, a base year and yearly differences."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from socialcare.errors import Fault

FOLDER = Path(__file__).resolve().parents[1] / "specs"

Privacy = Literal["direct-id", "quasi-id", "location", "special-category", "plain"]
Becomes = Literal["pseudonym", "birth_month", "postcode_sector", "upn_kind", "dropped", "kept"]
#: What may pass the door as it is. Everything else is reduced or dropped.
_MAY_BE_KEPT = ("quasi-id", "special-category", "plain")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Column(_Strict):
    """One column as the council sends it: how it is checked, how private it is, what is left of it."""

    type: Literal["identifier", "code", "date", "postcode", "upn", "text"]
    codes: str | None = None
    mandatory: bool = False
    privacy: Privacy | None = None
    because: str = ""
    becomes: Becomes = "dropped"
    loaded_as: str | None = Field(None, alias="as")

    @property
    def is_loaded(self) -> bool:
        """Whether anything of the column passes the door: only with a privacy class and its reason."""
        return self.privacy is not None and bool(self.because) and self.becomes != "dropped"

    @model_validator(mode="after")
    def _reduces_what_identifies(self) -> Column:
        if self.becomes == "kept" and self.privacy is not None:
            if self.privacy not in _MAY_BE_KEPT:
                raise ValueError(f"a {self.privacy} column may not be kept as it is")
            if self.privacy == "quasi-id" and self.type != "code":
                raise ValueError("a quasi-id may be kept only as a code of a short list")
        if self.becomes != "dropped" and not self.loaded_as:
            raise ValueError("say under which name (as) the column is loaded")
        if (self.type == "code") != bool(self.codes):
            raise ValueError("a code column names its code list, and no other column does")
        return self


class Table(_Strict):
    """One file of the return."""

    label: str
    key: tuple[str, ...]
    columns: dict[str, Column]


class Rule(_Strict):
    """One check with its code, its wording, what it does to the row and who can put it right."""

    code: str
    table: str
    check: str
    columns: tuple[str, ...]
    severity: Literal["quarantine", "warning"]
    wording: str
    whose_job: str
    first_year: int | None = Field(None, alias="from")
    last_year: int | None = Field(None, alias="until")

    def applies(self, year: int) -> bool:
        """Whether the rule is in force for this collection year."""
        return (self.first_year or year) <= year <= (self.last_year or year)


class CodeChange(_Strict):
    remove: tuple[str, ...] = ()
    add: dict[str, str] = {}


class Difference(_Strict):
    """What changed from one collection year on, and why."""

    why: str
    code_lists: dict[str, CodeChange] = {}


class ReturnYear(BaseModel):
    """A return as it stands in one collection year: nothing left to resolve."""

    model_config = ConfigDict(frozen=True)

    return_id: str
    year: int
    year_end: date
    tables: dict[str, Table]
    code_lists: dict[str, dict[str, str]]
    rules: tuple[Rule, ...]


class Return(_Strict):
    """A return as declared."""

    id: str
    name: str
    base_year: int
    last_year: int
    year_ends: str = Field(pattern=r"^\d{2}-\d{2}$")
    code_lists: dict[str, dict[str, str]]
    differences: dict[int, Difference] = {}
    tables: dict[str, Table]
    other_tables: dict[str, tuple[str, ...]] = {}
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
            tables=self.tables,
            code_lists=lists,
            rules=tuple(rule for rule in self.rules if rule.applies(year)),
        )

    def year_of(self, day: date) -> int:
        """Return the collection year that ``day`` falls in."""
        return day.year if day.strftime("%m-%d") <= self.year_ends else day.year + 1

    @model_validator(mode="after")
    def _names_only_what_exists(self) -> Return:
        for table in self.tables.values():
            for column in table.columns.values():
                if column.codes and column.codes not in self.code_lists:
                    raise ValueError(f"no code list is called {column.codes}")
        for rule in self.rules:
            if rule.table not in self.tables or not set(rule.columns) <= set(self.tables[rule.table].columns):
                raise ValueError(f"rule {rule.code} names a table or column that is not declared")
        return self


@lru_cache(maxsize=8)
def all_returns(folder: Path = FOLDER) -> tuple[Return, ...]:
    """Return every declared return, by id. Raises Fault ``return_declaration_wrong`` naming file and field."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        try:
            found.append(Return.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except ValueError as error:
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
