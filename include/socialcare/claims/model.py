"""What a claim is, what it can be held against, and what a check says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

#: How a finding is classed. An ``error`` is stated as wrong; of the others a person decides, except that
#: ``vintage`` and ``rounding`` are explained, and nobody needs to act.
Class = Literal[
    "error",
    "inconsistent",
    "misleading",
    "suspect",
    "vintage",
    "rounding",
    "format",
    "stale",
    "weak_evidence",
    "tension",
    "typo",
]
EXPLAINED: frozenset[str] = frozenset({"vintage", "rounding"})


@dataclass(frozen=True)
class Claim:
    """One figure or date that a document states. ``value`` is empty for a date, which is in ``value_text``."""

    claim_id: str
    document: str
    line: int
    measure: str
    value: Decimal | None = None
    value_text: str = ""
    unit: str = ""
    kind: str = ""
    area_code: str = ""
    period: str = ""
    period_end: str = ""
    item: str = ""
    category: str = ""
    #: What the document calls the figure (number, rate, percentage, population), where it says.
    called: str = ""
    #: Words that bound or round it (over, almost half, around).
    qualifier: str = ""
    base: Decimal | None = None
    table_label: str = ""
    row_label: str = ""
    column_label: str = ""
    column_number: int | None = None
    #: The whole that it is one part of: a row of answers that make 100%.
    whole: str = ""
    quote: str = ""

    @property
    def decimals(self) -> int:
        """Return to how many decimals the figure is stated."""
        exponent = self.value.as_tuple().exponent if self.value is not None else 0
        return max(0, -exponent) if isinstance(exponent, int) else 0

    @property
    def subject(self) -> tuple[str, str, str]:
        """Return what is measured: two claims of one subject, area and period ought to agree."""
        return self.measure, self.item, self.category


@dataclass(frozen=True)
class Comparison:
    """Words that compare two claims: ``to_claim`` is ``words`` ``from_claim`` (higher than), or came of it (rose)."""

    document: str
    line: int
    from_claim: str
    to_claim: str
    words: str
    quote: str = ""


@dataclass(frozen=True)
class Statement:
    """Something said without a figure: a judgement, a name, a state, an acronym, a label, a heading."""

    document: str
    line: int
    kind: str
    subject: str
    attribute: str
    value: str = ""
    on_date: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Measure:
    """What is known of a measure whoever quotes it: unit, bounds, the window of a date.

    ``period_type`` is stock or flow; for an event, ``planned`` where a date to come is no mistake.
    """

    measure: str
    unit: str = ""
    kind: str = ""
    period_type: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    better: str = ""
    #: The indicator, or other measure of the warehouse, that the publisher gives it as.
    published_as: str = ""
    not_before: str = ""
    not_after: str = ""


@dataclass(frozen=True)
class Published:
    """A figure as its publisher gave it in one release."""

    measure: str
    area_code: str
    period_end: str
    release: str
    value: Decimal
    published_on: str = ""


@dataclass(frozen=True)
class Judgement:
    """A judgement in force from its publication: area, which one, grade, when inspected and published."""

    area_code: str
    attribute: str
    grade: str
    inspected_on: str
    published_on: str


@dataclass(frozen=True)
class ThingInUse:
    """Something that was in use between two days: an inspection framework, a programme, a law."""

    thing: str
    name: str
    used_from: str
    used_until: str
    source: str = ""


@dataclass(frozen=True)
class Document:
    """A document that figures are quoted from. It is not kept here; its sha256 tells which text was read."""

    document: str
    title: str
    author: str
    written_on: str
    file_sha256: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check says: class, claims, what was expected, and what a person needs in order to judge."""

    check: str
    class_: Class
    claims: tuple[str, ...]
    document: str
    line: int
    what: str
    expected: str = ""
    needed: str = ""

    @property
    def for_a_person(self) -> bool:
        """Return whether somebody has to decide: all but what is explained, and errors that the figures prove."""
        return self.class_ not in EXPLAINED and bool(self.needed)


@dataclass(frozen=True)
class Book:
    """All that is claimed, and what it can be held against."""

    claims: tuple[Claim, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    statements: tuple[Statement, ...] = ()
    measures: dict[str, Measure] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    things: tuple[ThingInUse, ...] = ()
    published: tuple[Published, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    #: Which area holds which: the region of a council, the country of a region.
    part_of: dict[str, str] = field(default_factory=dict)
