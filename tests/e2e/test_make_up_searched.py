"""No identity beyond the door: search all that the scheduled platform made of planted children, builds and answers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests import canaries
from tests.e2e.conftest import ROOT, Place
from tests.e2e.page import Page
from tests.e2e.planted import BAD_CHILD, OTHERS, deliver_refused, found_in

pytestmark = pytest.mark.timeout(1800)

#: Where identities may be: what the council sent, and what goes back to it alone.
ALLOWED = ("inbox", "outbox")


@pytest.fixture(scope="module")
def searched(up: Place) -> Place:
    """The platform's home after it has ended: one planted delivery loaded, one was refused; with all that was said."""
    Page(up).wait("nightly")
    deliver_refused(up.home)
    night = up.make("run")
    assert "using the platform that already runs" in night.output, night.output
    assert "(exit 2)" in night.output, night.output  # published, and one delivery was refused
    up.output += night.output + up.make("down").output
    up.wait_until_no_process(10)
    return up


def test_the_other_returns_came_to_the_door_too(searched: Place) -> None:
    receipts = list((searched.home / "outbox" / "durham").glob("receipt-*.html"))
    assert len(receipts) >= 1 + len(OTHERS)
    assert sum(bool(canaries.found_in(receipt.read_bytes())) for receipt in receipts) == len(OTHERS)


def test_the_receipt_names_the_row_to_the_council_that_sent_it(searched: Place) -> None:
    receipts = [p for p in (searched.home / "outbox" / "durham").rglob("*") if p.is_file()]
    assert any(BAD_CHILD.encode() in receipt.read_bytes() for receipt in receipts)
    others = [p for p in (searched.home / "outbox").rglob("*") if p.is_file() and "durham" not in p.parts]
    assert {p.relative_to(searched.home / "outbox").parts[0] for p in others} >= {"south_tyneside"}
    assert not any(BAD_CHILD.encode() in p.read_bytes() for p in others)


def test_no_log_extract_page_or_file_of_the_platform_holds_an_identity(searched: Place) -> None:
    assert "ingest_south_tyneside" in searched.output, "the refused delivery was spoken of"
    assert found_in(searched.output.encode()) == []
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
        env={**os.environ, **searched.environment}, check=True, cwd=ROOT,
    )  # fmt: skip
    text = dump.read_bytes()
    assert len(text) > 100_000
    assert found_in(text) == []
