"""What a look could not land, and the one Fault that tells of all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from socialcare.errors import Fault
from socialcare.registry import Source

#: With these there is no point in asking the same publisher for anything else that night.
_AWAY = (
    *("publisher_unreachable", "publisher_busy", "publisher_failed", "publisher_slow"),
    *("certificate_wrong", "redirected_away", "too_large"),
)


@dataclass(frozen=True)
class Problem:
    """A Fault, what it is about (``release 2024, table referrals``), and whether it stopped all of its release."""

    about: str
    fault: Fault
    stops: bool = True


@dataclass
class LeftOut:
    """What one release had to leave out: tables that feed no comparison, each by itself; any other stops it whole."""

    source: Source
    release: str
    problems: list[Problem] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    is_publisher_away: bool = False

    @property
    def is_whole_release(self) -> bool:
        """Whether nothing of the release may land."""
        return any(problem.stops for problem in self.problems)

    @contextmanager
    def noting(self, *tables: str) -> Iterator[None]:
        """Keep a Fault of these tables (of none: of the whole release), so that those of other tables are seen too."""
        try:
            yield
        except Fault as fault:
            alone = tables and not any(self.source.tables[table].core for table in tables)
            about = f"release {self.release}" + (f", table {' and '.join(tables)}" if tables else "")
            self.problems.append(Problem(about, fault, stops=self.is_publisher_away or not alone))
            self.tables.update(tables)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Notice where the publisher itself is away."""
        try:
            yield
        except Fault as fault:
            self.is_publisher_away = fault.name in _AWAY
            raise

    def lacks(self, fault: Fault) -> None:
        """Keep the Fault of a table that the publisher has no file for, which says its name."""
        self.problems.append(Problem(fault.what.partition(" (")[0], fault, stops=False))


def together(problems: Sequence[Problem]) -> Fault:
    """Return one Fault of the first one's name that lists them all, so that they are mended in one go."""
    found = list({(problem.about, problem.fault.name): problem for problem in problems}.values())
    first, others = found[0].fault, len(found) - 1
    if not others:
        return first
    listed = "; ".join(f"{one.about}: {one.fault.name} ({one.fault.where})" for one in found)
    return Fault(
        first.name,
        f"{first.what} {len(found)} faults in all: {listed}.",
        where=first.where,
        remedy=f"{first.remedy} Mend the other {others} in the same go: docs/faults.md has a line for each name.",
        retryable=any(one.fault.retryable for one in found),
    )
