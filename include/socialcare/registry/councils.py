"""Councils that send files: one YAML each in ``socialcare/councils``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from socialcare.errors import Fault

FOLDER = Path(__file__).resolve().parents[1] / "councils"


#: An address that fsspec knows (sftp://host/folder, s3://bucket/folder): never with a password in it.
_ADDRESS = r"^([a-z][a-z0-9]*://[^:@]*(:\d+)?(/[^@]*)?)?$"


class Due(BaseModel):
    """When a return is due."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Literal["night", "week", "month", "year"]
    closes: str | None = Field(None, pattern=r"^\d{2}-\d{2}$")
    """Month and day by which DfE wants the year's return; corrections of it may come until then."""


class Deliver(BaseModel):
    """Where a council wants its extracts as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: str = Field(default="", pattern=_ADDRESS)
    connection: str = Field(default="", description="The scheduler's connection that holds the credentials.")


class Council(BaseModel):
    """A council that sends extracts: who it is, what it sends, when it is due, under which agreement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z_]*[a-z]$")
    name: str
    ons_code: str = Field(pattern=r"^E\d{8}$")
    dfe_code: str = Field(pattern=r"^\d{3}$")
    system: str
    returns: tuple[str, ...]
    due: dict[str, Due]
    """How often each of the returns comes."""
    due_by: str = Field(pattern=r"^\d{2}:\d{2}$", description="Local time by which tonight's files should be in.")
    agreement: str = Field(min_length=1)
    """Under which agreement it sends."""
    purpose: str = Field(min_length=1)
    """What its data may be used for."""
    retention_days: int = Field(gt=0)
    """How long what names children is kept: the encrypted originals, and receipts in its outbox."""
    rows_retention_days: int = Field(gt=0)
    """How long its pseudonymised rows are kept: raw, histories, positions in quarantine."""
    contact: str = Field(min_length=1)
    """Whom to ask, and who gives instructions."""
    inbox: str = Field("", pattern=_ADDRESS, description="Where it leaves its files, if not here.")
    outbox: str = Field("", pattern=_ADDRESS, description="Where it finds its receipts, if not here.")
    connection: str = Field("", description="The scheduler's connection that holds the credentials of both.")
    deliver: Deliver = Field(Deliver(), description="Where its extracts are sent, besides being kept here.")
    link_children: bool = Field(False, description="Whether its children are linked with those of other councils.")

    @property
    def role(self) -> str:
        """The database role that sees this council's own rows."""
        return f"council_{self.id}"

    @field_validator("link_children")
    @classmethod
    def _links_none(cls, wanted: bool) -> bool:
        if wanted:
            raise ValueError("children are not linked across councils: no joint agreement is provided for (ADR 0016)")
        return wanted

    @model_validator(mode="after")
    def _keeps_rows_as_long_as_their_originals(self) -> Council:
        if self.rows_retention_days < self.retention_days:
            raise ValueError("rows_retention_days is shorter than retention_days: an original would outlive its rows")
        return self

    @model_validator(mode="after")
    def _says_when_each_is_due(self) -> Council:
        if set(self.due) != set(self.returns):
            raise ValueError("say of each return, and of no other, when it is due")
        return self

    @property
    def is_elsewhere(self) -> bool:
        """Whether files are fetched from it or sent to it."""
        return bool(self.inbox or self.outbox)


@lru_cache(maxsize=8)
def all_councils(folder: Path = FOLDER) -> tuple[Council, ...]:
    """Return every declared council, by id. Raises Fault ``council_declaration_wrong`` naming file and field."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        try:
            declared = Council.model_validate(yaml.safe_load(path.read_text()))
        except ValueError as error:
            raise Fault(
                "council_declaration_wrong",
                f"A council's declaration is not valid: {error}",
                where=str(path.name),
                remedy="compare it with the other files in the same folder.",
            ) from error
        if declared.id != path.stem:
            raise Fault(
                "council_declaration_wrong",
                "The id differs from the file's name.",
                where=path.name,
                remedy=f"name the file {declared.id}.yml or change the id.",
            )
        found.append(declared)
    return tuple(found)


def council(council_id: str) -> Council:
    """Return one council by id. Raises Fault ``council_unknown`` with the ids that exist."""
    for declared in all_councils():
        if declared.id == council_id:
            return declared
    known = ", ".join(c.id for c in all_councils())
    raise Fault("council_unknown", f"No council is called {council_id!r}.", remedy=f"use one of: {known}.")
