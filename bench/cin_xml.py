"""Reading a CIN census against a bare lxml iterparse of the same file: one run, so that the ratio means something.

    python bench/cin_xml.py                    50,000 children, about 90 MB
    python bench/cin_xml.py 50000 1200000      several sizes; the second is about 2 GB

Prints the ratio (processor seconds, best of three of each, in turn: neither waits for anything) and the peak memory of
the process that reads. All of it is made up.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.door import ROUNDS, in_a_process

_CHILD = "/Message/Children/Child"
_DETAILS = f"{_CHILD}/CINdetails"
_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<Message>
  <Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
    <ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails></Header>
  <Children>
"""
_TAIL = "  </Children>\n</Message>\n"
#: Tables of a CIN message: path, then columns by element.
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "children": (
        _CHILD,
        (
            *(f"ChildIdentifiers/{name}" for name in ("LAchildID", "UPN", "PersonBirthDate", "Sex")),
            "ChildCharacteristics/Ethnicity",
        ),
    ),
    "disabilities": (f"{_CHILD}/ChildCharacteristics/Disabilities/Disability", (".", _CHILD)),
    "cin_details": (
        _DETAILS,
        ("CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate", "ReasonForClosure", "ReferralNFA"),
    ),
    "assessments": (
        f"{_DETAILS}/Assessments",
        ("AssessmentActualStartDate", "AssessmentAuthorisationDate", _DETAILS),
    ),
    "assessment_factors": (
        f"{_DETAILS}/Assessments/FactorsIdentifiedAtAssessment/AssessmentFactors",
        (".", f"{_DETAILS}/Assessments"),
    ),
    "section47": (
        f"{_DETAILS}/Section47",
        ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired", _DETAILS),
    ),
    "cp_plans": (
        f"{_DETAILS}/ChildProtectionPlans",
        ("CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP"),
    ),
    "cp_reviews": (f"{_DETAILS}/ChildProtectionPlans/Reviews/CPPreviewDate", (".", f"{_DETAILS}/ChildProtectionPlans")),
}


def _child(number: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of one child: how far in, and the text."""
    yield 0, "<Child>"
    yield 1, "<ChildIdentifiers>"
    for name, text in (
        ("LAchildID", f"C{number:07}"),
        ("UPN", "A123456789012"),
        ("PersonBirthDate", f"20{number % 18 + 8:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"),
        ("Sex", "FM"[number % 2]),
    ):
        yield 2, f"<{name}>{text}</{name}>"
    yield 1, "</ChildIdentifiers>"
    yield 1, "<ChildCharacteristics>"
    yield 2, "<Ethnicity>WBRI</Ethnicity>"
    yield 2, "<Disabilities>"
    yield 3, "<Disability>HAND</Disability>"
    yield 3, "<Disability>LD</Disability>"
    yield 2, "</Disabilities>"
    yield 1, "</ChildCharacteristics>"
    yield from _details(number % 28 + 1)
    yield 0, "</Child>"


def _details(day: int) -> Iterator[tuple[int, str]]:
    yield 1, "<CINdetails>"
    yield 2, f"<CINreferralDate>2025-05-{day:02}</CINreferralDate>"
    yield 2, "<ReferralSource>1A</ReferralSource>"
    yield 2, "<PrimaryNeedCode>N1</PrimaryNeedCode>"
    yield 2, "<Assessments>"
    yield 3, f"<AssessmentActualStartDate>2025-05-{day:02}</AssessmentActualStartDate>"
    yield 3, f"<AssessmentAuthorisationDate>2025-06-{day:02}</AssessmentAuthorisationDate>"
    yield 3, "<FactorsIdentifiedAtAssessment>"
    yield 4, "<AssessmentFactors>1B</AssessmentFactors>"
    yield 4, "<AssessmentFactors>3B</AssessmentFactors>"
    yield 3, "</FactorsIdentifiedAtAssessment>"
    yield 2, "</Assessments>"
    yield 2, "<Section47>"
    yield 3, f"<S47ActualStartDate>2025-06-{day:02}</S47ActualStartDate>"
    yield 3, f"<DateOfInitialCPC>2025-07-{day:02}</DateOfInitialCPC>"
    yield 3, "<ICPCnotRequired>false</ICPCnotRequired>"
    yield 2, "</Section47>"
    yield 2, "<ReferralNFA>false</ReferralNFA>"
    yield 2, "<ChildProtectionPlans>"
    yield 3, f"<CPPstartDate>2025-07-{day:02}</CPPstartDate>"
    yield 3, "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
    yield 3, "<LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>"
    yield 3, "<NumberOfPreviousCPP>0</NumberOfPreviousCPP>"
    yield 3, "<Reviews>"
    yield 4, f"<CPPreviewDate>2025-09-{day:02}</CPPreviewDate>"
    yield 3, "</Reviews>"
    yield 2, "</ChildProtectionPlans>"
    yield 1, "</CINdetails>"


def make_file(path: Path, children: int) -> None:
    """Write a message of so many children."""
    kinds = ["".join(f"{'  ' * (2 + depth)}{text}\n" for depth, text in _child(n)) for n in range(252)]
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for number in range(children):
            kind = number % len(kinds)
            file.write(kinds[kind].replace(f"C{kind:07}", f"C{number:07}", 1))
        file.write(_TAIL)


def seconds_of_bare_iterparse(path: Path) -> float:
    """Touch every element once and free it, as the shortest loop over a large file does."""
    from lxml import etree

    began = time.process_time()
    for _, element in etree.iterparse(path):
        element.clear()
    return time.process_time() - began


def seconds_of_the_reader(path: Path) -> float:
    """Read every declared table of the message into columns."""
    from socialcare.door.read_xml import Shape, XmlReader

    shapes = {
        name: Shape(place, {element: element for element in columns}) for name, (place, columns) in _TABLES.items()
    }
    began = time.process_time()
    rows = sum(len(block.lines) for _, block in XmlReader(path, shapes).blocks())
    took = time.process_time() - began
    assert rows, "nothing was read"
    return took


def run(sizes: list[int]) -> None:
    """Print one line per size."""
    print(f"{'children':>10} {'MB':>7} {'iterparse s':>12} {'reader s':>9} {'ratio':>6} {'MB/s':>6} {'peak MiB':>9}")
    for children in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cin.xml"
            make_file(path, children)
            megabytes = path.stat().st_size / 1e6
            bare, read, peak = float("inf"), float("inf"), 0.0
            for _ in range(ROUNDS):
                bare = min(bare, _once(seconds_of_bare_iterparse, path)[0])
                took, used = _once(seconds_of_the_reader, path)
                read, peak = min(read, took), max(peak, used)
        times = f"{bare:>12.2f} {read:>9.2f} {read / bare:>6.2f} {megabytes / read:>6.1f}"
        print(f"{children:>10} {megabytes:>7.0f} {times} {peak:>9.0f}", flush=True)


def _once(work: Callable[..., float], path: Path) -> tuple[float, float]:
    return in_a_process(work, path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("children", nargs="*", type=int, default=[50_000])
    run(parser.parse_args().children)
