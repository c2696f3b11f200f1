"""What is compared and what holds a version: ``expectations/release_diff.yml``, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from socialcare.errors import Fault
from socialcare.settings import get_settings

FILE = "release_diff.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ComparedMart(_Strict):
    """A mart with figures: which of its columns (or expressions of them) say what. ``own``: no value leaves it."""

    name: str
    access: Literal["shared", "own"]
    #: counts: what a version would share is told to nobody before it is published.
    told: Literal["values", "counts"] = "values"
    indicator: str
    council: str
    council_name: str
    period: str
    period_end: str
    value: str
    status: str
    unit: str
    more: tuple[str, ...] = ()
    release: str = "null::text"
    series: str = "null::text"
    #: What a figure was worked out from: figures of one family fall together when part of it came.
    family: str = "null::text"
    where: str = "true"
    councils_only: str = "true"
    #: Whether all councils have the same periods (a publisher's release), or each its own (deliveries).
    one_calendar: bool


class Councils(_Strict):
    """The mart that says until when a council existed."""

    mart: str
    code: str
    last_day: str


class Tolerance(_Strict):
    """A change is beyond it when it is more than both parts."""

    relative: float
    absolute: dict[str, float]
    why: str


class Rule(BaseModel):
    """One reason to hold a version; its thresholds are its own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    why: str = Field(min_length=20)

    def __getitem__(self, name: str) -> Any:
        return (self.model_extra or {})[name]


class Declared(_Strict):
    """The whole file."""

    marts: tuple[ComparedMart, ...]
    councils: Councils
    tolerance: Tolerance
    rules: dict[str, Rule]

    def counts_alone(self, mart: str) -> bool:
        """Return whether everybody may read this mart once it is published, and no value of it before."""
        return any(one.name == mart and one.access == "shared" and one.told == "counts" for one in self.marts)


def load(path: Path | None = None) -> Declared:
    """Return what is declared. Raises Fault ``release_diff_wrong`` naming the entry."""
    path = path or get_settings().expectations / FILE
    try:
        return Declared.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as error:
        raise Fault(
            "release_diff_wrong",
            f"What is compared before publishing cannot be read: {str(error).splitlines()[0]}.",
            where=f"expectations/{FILE}",
            remedy="correct the entry; each rule needs its thresholds and why.",
        ) from None
