"""No identity beyond the door: plant recognisable children, run a whole night, then search everything it made."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from socialcare import generate
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR
from socialcare.generate.everything import write_everything
from tests import canaries, planting
from tests.e2e.conftest import Place, new_place

pytestmark = pytest.mark.timeout(600)

# Made-up children. Each value is long or odd enough not to appear by chance.
CHILD = "CANARYCHILD77"
UPN = "A123456789012"
BORN = ("09/08/2013", "2013-08-09", "20130809", "09-08-2013")
NAME = "Zephyrine Canarybird"
HOME = "DH1 3ZQ"
PLACEMENT = "SR8 9XQ"
CARER_URN = "SC987654"
BAD_CHILD = "CANARYBROKEN99"
CANARIES = (CHILD, UPN, *BORN, *NAME.split(), HOME, HOME.replace(" ", ""), PLACEMENT, CARER_URN, BAD_CHILD)

#: Rows added to a generated delivery: one child who passes every rule, one whose rows must be set aside.
PLANTED = {
    "header": f"{CHILD},F,{BORN[0]},WBRI,{UPN},0,\r\n{BAD_CHILD},F,31/02/2013,{NAME},{UPN},0,\r\n",
    "episodes": f"{CHILD},01/05/2025,S,C2,N1,U6,PR1,,,,{HOME},{PLACEMENT},{CARER_URN}\r\n"
    f"{BAD_CHILD},31/02/2025,{NAME},C2,N1,U6,PR1,,,,{HOME},{PLACEMENT},{CARER_URN}\r\n",
}
#: The returns beside the first: each field of them holds people of its own (tests/canaries.py).
OTHERS = ("cin_census", "csww", "annex_a", "local_records", "ssd")
_LARGE = 8 << 20
#: Where identities may be: what the council sent, and what goes back to it alone.
ALLOWED = ("inbox", "outbox")


@pytest.fixture(scope="module")
def searched() -> Iterator[Place]:
    """A home in which one night has run over the planted deliveries: one that loads, one that is refused."""
    for place in new_place():
        good = generate.deliver("durham", place.home)
        for table, rows in PLANTED.items():
            file = next(good.glob(f"*_{table}_*"))
            file.write_bytes(file.read_bytes() + rows.encode())
        with tempfile.TemporaryDirectory() as folder:
            made = write_everything("durham", Path(folder), date(2026, 3, 31), 2026, seed=7, in_care=25, returns=OTHERS)
            for name, delivery in made.items():
                planting.plant(delivery, name, good.parent)
        refused = generate.deliver("south_tyneside", place.home)
        for file in refused.glob("*.csv"):
            file.write_text(f"{NAME},{CHILD}\n{BORN[0]},{UPN}\n")  # no heading that we know
        night = place.make("run")
        assert "(exit 2)" in night.output, night.output  # published, and one delivery was refused
        place.output = night.output  # type: ignore[attr-defined]
        yield place


def found_in(text: bytes) -> list[str]:
    lowered = text.lower()
    small = len(text) < _LARGE  # the server's own files are large, and a search for each code takes its time
    return [c for c in CANARIES if c.lower().encode() in lowered] + canaries.found_in(text, coded=small)


def test_the_planted_child_went_through_and_the_broken_rows_did_not(searched: Place) -> None:
    """The generator's own truth, and one child more."""
    truth = generate.ssda903("durham", AS_OF, COLLECTION_YEAR).open_children
    assert searched.sql("select children_looked_after from looked_after_now", "--as", "durham") == [str(truth + 1)]


def test_the_other_returns_came_to_the_door_too(searched: Place) -> None:
    receipts = list((searched.home / "outbox" / "durham").glob("receipt-*.html"))
    assert len(receipts) == 1 + len(OTHERS)
    assert sum(bool(canaries.found_in(receipt.read_bytes())) for receipt in receipts) == len(OTHERS)


def test_the_receipt_names_the_row_to_the_council_that_sent_it(searched: Place) -> None:
    receipts = [p for p in (searched.home / "outbox" / "durham").rglob("*") if p.is_file()]
    assert any(BAD_CHILD.encode() in receipt.read_bytes() for receipt in receipts)
    others = [p for p in (searched.home / "outbox").rglob("*") if p.is_file() and "durham" not in p.parts]
    assert others, "the refused delivery was answered too"
    assert not any(BAD_CHILD.encode() in p.read_bytes() for p in others if "redcar_and_cleveland" in p.parts)


def test_no_log_extract_page_or_file_of_the_platform_holds_an_identity(searched: Place) -> None:
    assert found_in(searched.output.encode()) == []  # type: ignore[attr-defined]
    looked_at = 0
    for path in searched.home.rglob("*"):
        if not path.is_file() or path.relative_to(searched.home).parts[0] in ALLOWED:
            continue
        looked_at += 1
        assert found_in(path.read_bytes()) == [], path.relative_to(searched.home)
    kinds = {path.relative_to(searched.home).parts[0] for path in searched.home.rglob("*") if path.is_file()}
    assert {"airflow", "logs", "extracts", "data_docs", "door", "dbt"} <= kinds, "something was not searched"
    assert looked_at > 50


@pytest.mark.parametrize("database", ["warehouse", "airflow"])
def test_no_table_of_either_database_holds_an_identity(searched: Place, database: str, tmp_path: Path) -> None:
    """A whole dump, the door's own store included: it keeps codes and positions only."""
    script = (
        "import subprocess, sys\n"
        "from socialcare import embedded\n"
        "from socialcare.database import ADMIN, pass_file, server\n"
        "from socialcare.settings import child_environment\n"
        "with embedded.available():\n"
        "    subprocess.run([embedded.tool_path('pg_dump'), '-h', '127.0.0.1', '-p', str(server().port), '-U', ADMIN,\n"
        "        '-d', sys.argv[1], '-f', sys.argv[2]], check=True,\n"
        "        env=child_environment(PGPASSFILE=pass_file((ADMIN,))))\n"
    )
    dump = tmp_path / "dump.sql"
    subprocess.run(
        [".venv/bin/python", "-c", script, database, str(dump)],
        env={**os.environ, **searched.environment}, check=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    text = dump.read_bytes()
    assert len(text) > 100_000
    assert found_in(text) == []
