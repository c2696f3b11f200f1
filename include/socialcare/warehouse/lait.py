"""Agreement with DfE's Local Authority Interactive Tool (LAIT): what was compared, what differs, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import LiteralString

from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier
from rich.console import Console
from rich.text import Text

from socialcare.database import connect
from socialcare.errors import Fault

_MEASURES: LiteralString = (
    "select lait_code, measure_name, topic, state, not_carried_because, releases, first_year, last_year, "
    "lait_figures, cells_compared, cells_equal, cells_ours_only, cells_lait_only, cells_unexplained "
    "from {}.lait_coverage order by topic, measure_name, lait_code"
)
_DIFFERENCES: LiteralString = (
    "select lait_code, measure_name, area_name, geographic_level, year, our_value, our_status, lait_value, "
    "lait_status, agreement, explanation_class, explanation, release_id, table_name, source_line "
    "from {}.lait_agreement where agreement <> 'equal' order by lait_code, year, lait_area"
)


@dataclass(frozen=True)
class Measure:
    """A measure of LAIT's dictionary: whether we carry it, and how many of its figures equal ours."""

    lait_code: str
    measure_name: str
    topic: str
    state: str
    not_carried_because: str | None
    releases: str | None
    first_year: int | None
    last_year: int | None
    lait_figures: int
    cells_compared: int
    cells_equal: int
    cells_ours_only: int
    cells_lait_only: int
    cells_unexplained: int


@dataclass(frozen=True)
class Difference:
    """A figure on which the two differ, or that only one of them shows, and why."""

    lait_code: str
    measure_name: str
    area_name: str
    geographic_level: str | None
    year: int
    our_value: Decimal | None
    our_status: str
    lait_value: Decimal | None
    lait_status: str
    agreement: str
    explanation_class: str
    explanation: str
    release_id: str | None
    table_name: str | None
    source_line: int | None


@dataclass(frozen=True)
class Agreement:
    """All measures of LAIT's dictionary, and every figure that is not equal."""

    measures: list[Measure] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def compared(self) -> list[Measure]:
        return [measure for measure in self.measures if measure.state == "compared"]

    @property
    def equal_throughout(self) -> list[Measure]:
        """The measures of which every figure that both hold is equal."""
        return [measure for measure in self.compared if measure.cells_equal == measure.cells_compared]

    @property
    def cells_compared(self) -> int:
        return sum(measure.cells_compared for measure in self.measures)

    @property
    def cells_equal(self) -> int:
        return sum(measure.cells_equal for measure in self.measures)

    @property
    def unequal(self) -> list[Difference]:
        """The figures that both hold, and that differ."""
        return [difference for difference in self.differences if difference.agreement == "different"]

    @property
    def unexplained(self) -> list[Difference]:
        return [difference for difference in self.differences if difference.explanation_class == "unexplained"]


def agreement(schema: str = "published", role: str = "analyst") -> Agreement:
    """Read the comparison that the last build made, by default the published one."""
    where = Identifier(schema)
    with connect(role) as connection:
        with connection.cursor(row_factory=class_row(Measure)) as cursor:
            measures = cursor.execute(SQL(_MEASURES).format(where)).fetchall()
        with connection.cursor(row_factory=class_row(Difference)) as cursor:
            differences = cursor.execute(SQL(_DIFFERENCES).format(where)).fetchall()
    return Agreement(measures, differences)


def show(console: Console, found: Agreement, *, every_difference: bool = False) -> None:
    """Print what was compared, measure by measure, and each difference with its explanation.

    Figures that only one side shows are counted; ``every_difference`` lists them too. Raises Fault
    ``lait_not_held`` where there is nothing to compare, ``lait_unexplained`` when a difference has no explanation.
    """
    if not found.compared:
        raise Fault(
            "lait_not_held",
            "There is nothing to compare: LAIT's data, or the releases that it took its figures from, are not here.",
            where="published.lait_coverage",
            remedy="docs/sources.md says where dfe_lait is downloaded; put it into the local mirror and run a night.",
        )
    for line in _aligned(_measures(found), right=4):
        console.print(line)
    for measure, why in _not_compared(found).items():
        console.print(Text(f"not compared: {measure}: {why}"))
    listed = found.differences if every_difference else found.unequal
    for line in _aligned(_differences(listed), right=3) if listed else ():
        console.print(line)
    classes = Counter(f"{one.agreement}, {one.explanation_class}" for one in found.differences)
    for kind, count in sorted(classes.items()):
        console.print(Text(f"{count:>7,}  {kind}"))
    console.print(
        Text(
            f"{len(found.compared)} of {len(found.measures)} measures compared, {len(found.equal_throughout)} equal in "
            f"every figure; {found.cells_compared:,} figures compared, {found.cells_equal:,} equal, "
            f"{len(found.unequal)} different, {len(found.unexplained)} unexplained."
        )
    )
    if found.unexplained:
        first = found.unexplained[0]
        raise Fault(
            "lait_unexplained",
            f"{len(found.unexplained)} figures differ from LAIT's and nothing explains it; the first is "
            f"{first.lait_code}, {first.area_name}, {first.year}: {_figure(first.our_value, first.our_status)} here, "
            f"{_figure(first.lait_value, first.lait_status)} in LAIT.",
            where=f"{first.release_id} {first.table_name}, line {first.source_line}",
            remedy="compare the two files at that line; correct the rule in dbt_project/seeds/lait/lait_measures.csv, "
            "or say there which years LAIT holds in another edition.",
        )


def _measures(found: Agreement) -> list[tuple[str, ...]]:
    heading = ("compared", "equal", "ours only", "LAIT only", "years", "LAIT", "measure", "releases")
    return [
        heading,
        *(
            (
                *(f"{n:,}" for n in (one.cells_compared, one.cells_equal, one.cells_ours_only, one.cells_lait_only)),
                *(f"{one.first_year}-{one.last_year}", one.lait_code, one.measure_name, one.releases or ""),
            )
            for one in found.compared
        ),
    ]


def _not_compared(found: Agreement) -> dict[str, str]:
    """What is not compared, in a line each: the measure, and why not."""
    absent = "Our release of it is not held here."
    return {
        f"{one.measure_name} ({one.lait_code})": one.not_carried_because or absent
        for one in found.measures
        if one.state != "compared"
    }


def _differences(listed: list[Difference]) -> list[tuple[str, ...]]:
    return [
        ("ours", "LAIT", "year", "measure", "area", "why"),
        *(
            (
                *(_figure(one.our_value, one.our_status), _figure(one.lait_value, one.lait_status), str(one.year)),
                *(one.lait_code, one.area_name, f"{one.explanation_class}: {one.explanation}"),
            )
            for one in listed
        ),
    ]


def _aligned(rows: list[tuple[str, ...]], *, right: int) -> Iterator[Text]:
    """One line a row, however long: a line can be searched for, a cell that wraps cannot. The first are numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        written = [cell.rjust(width) if n < right else cell.ljust(width) for n, (cell, width) in enumerate(cells)]
        yield Text("  ".join(written).rstrip())


def _figure(value: Decimal | None, status: str) -> str:
    return status if value is None else str(value)
