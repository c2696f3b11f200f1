"""Killed at any point and run again, the end is that of one clean run: rows, findings, originals, receipts, inbox."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.warehouse.test_door_census import MESSAGE

from socialcare import generate
from socialcare.database import ADMIN, connect
from socialcare.door import arrival, originals
from socialcare.door.intake import take_in
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR, write_delivery
from socialcare.settings import get_settings

KILLS = 20
#: At least so many must end before the run does: else the times say nothing.
MUST_END = 12
#: Waits ready, everything imported. For each number of seconds it is given it begins a run and kills it then (none: it
#: lets it end); it answers how the run ended and how long it took.
READY = """
import os, sys, time
from socialcare.door import arrival, intake, receipt_page, receipt_workbook
from socialcare.registry.returns import all_returns
all_returns()
for line in sys.stdin:
    began, delay = time.monotonic(), float(line)
    child = os.fork()
    if not child:
        for delivery in arrival.look("durham", settled_after=0).whole:
            intake.take_in(delivery)
        os._exit(0)
    if delay:
        time.sleep(delay)
        os.kill(child, 9)
    _, how = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(how), time.monotonic() - began, flush=True)
"""


class Runner:
    """A process that is ready to take in, and can be killed while it does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, killed_after: float = 0) -> tuple[int, float]:
        """Take in what is in the inbox; return the exit code (-9: killed) and the seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(killed_after, file=self._process.stdin, flush=True)
        code, seconds = self._process.stdout.readline().split()
        return int(code), float(seconds)

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture
def runner(warehouse: str) -> Iterator[Runner]:
    ready = Runner()
    yield ready
    ready.end()


def deliver() -> None:
    """A few children in every file of one return, with its defects, and a message of another."""
    inbox = get_settings().inbox / "durham"
    made = generate.ssda903("durham", AS_OF, COLLECTION_YEAR, open_children=3)
    made = replace(made, tables={name: table.combine_chunks() for name, table in made.tables.items()})
    write_delivery(made, inbox, "durham", AS_OF, COLLECTION_YEAR)
    (inbox / "census").mkdir()
    (inbox / "census" / "message.xml").write_text(MESSAGE, encoding="utf-8")
    stated = {"as_of_date": "2026-03-31", "collection_year": 2026, "synthetic": True}
    (inbox / "census" / arrival.MARKER).write_text(json.dumps(stated))


def state() -> dict[str, object]:
    """All that taking in leaves, but for when it was and what is encrypted anew each time."""
    home, found = get_settings().home, {}
    with connect(ADMIN) as connection:
        for schema, table in _tables():
            columns = "to_jsonb(t) - 'received_at' - 'rotated_at'"
            rows = connection.execute(f"select ({columns})::text from {schema}.{table} t order by 1").fetchall()
            found[f"{schema}.{table}"] = rows
        names = connection.execute("select original from door.originals order by delivery_id").fetchall()
    found["originals"] = [_plain(name) for (name,) in names]
    for folder in ("door", "inbox", "secrets/originals"):
        found[folder] = sorted(str(p.relative_to(home)) for p in (home / folder).rglob("*"))
    found["outbox"] = sorted((p.name, p.read_bytes()) for p in (home / "outbox").rglob("*") if p.is_file())
    return found


def _tables() -> list[tuple[str, str]]:
    query = (
        "select relnamespace::regnamespace::text, relname from pg_class where relkind = 'r' and (relnamespace ="
        " 'door'::regnamespace or relnamespace = 'raw'::regnamespace and (relname like any (array['ssda903\\_\\_%',"
        " 'cin\\_census\\_\\_%']) or relname = 'deliveries')) order by 1, 2"
    )
    with connect(ADMIN) as connection:
        return connection.execute(query).fetchall()


def _plain(name: str) -> tuple[object, ...]:
    sent, files = originals.sent(name), []
    for number in range(1, len(sent.names) + 1):
        out = io.BytesIO()
        originals.decrypt(name, number, out)
        files.append(out.getvalue())
    return sent, files


def clear() -> None:
    """Make it as it was before anything was delivered."""
    names = ", ".join(f"{schema}.{table}" for schema, table in _tables())
    with connect(ADMIN) as connection:
        connection.execute(f"truncate {names} restart identity")
    settings = get_settings()
    for folder in (settings.home / "door", settings.home / "outbox", settings.inbox, settings.secrets / "originals"):
        shutil.rmtree(folder, ignore_errors=True)


def renumber() -> None:
    """Give the next delivery the number it would have had: those that killed runs drew are not drawn again."""
    with connect(ADMIN) as connection:
        connection.execute(
            "select setval(pg_get_serial_sequence('raw.deliveries', 'delivery_id'), coalesce(max(delivery_id), 0) + 1,"
            " false) from raw.deliveries"
        )


def test_killed_at_any_moment_and_run_again_is_one_clean_run(runner: Runner) -> None:
    clear()
    deliver()
    runner.run()  # the first run of a process is slower than any other
    clear()
    deliver()
    code, seconds = runner.run()
    clean = state()
    assert code == 0
    assert len(clean["raw.deliveries"]) == 2
    assert clean["inbox"] == ["inbox/durham"]
    chance, ended = random.Random(903), 0
    for _ in range(KILLS):
        clear()
        deliver()
        moment = chance.uniform(0, seconds)
        ended += runner.run(moment)[0] == -9
        renumber()
        assert runner.run()[0] == 0
        found = state()
        assert {name for name in clean if found[name] != clean[name]} == set(), f"killed after {moment:.3f} s"
    assert ended >= MUST_END


KILLED_AT_ONE = """
import os, sys
from pathlib import Path
from socialcare.door import arrival, intake
left, real = [2], Path.unlink
def unlink(path, **how):
    if path.parent.name == "durham":
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), 9)
    real(path, **how)
Path.unlink = unlink
for delivery in arrival.look("durham", settled_after=0).whole:
    intake.take_in(delivery)
"""


def deliver_loose() -> list[Path]:
    inbox = get_settings().inbox / "durham"
    deliver()
    for folder in list(inbox.iterdir()):
        for file in folder.iterdir():
            if folder.name != "census" and file.name != arrival.MARKER:
                file.rename(inbox / file.name)
        shutil.rmtree(folder)
    return sorted(inbox.iterdir())


def test_loose_files_of_which_a_killed_run_removed_some_are_not_taken_for_another_delivery(warehouse: str) -> None:
    files = deliver_loose()
    done = subprocess.run([sys.executable, "-c", KILLED_AT_ONE], check=False)
    assert (done.returncode, sorted((get_settings().inbox / "durham").iterdir())) == (-9, files[1:])
    for delivery in arrival.look("durham", settled_after=0).whole:
        assert take_in(delivery).verdict == "unchanged"
    assert list((get_settings().inbox / "durham").iterdir()) == []
    with connect("loader") as connection:
        verdicts = connection.execute("select verdict from raw.deliveries").fetchall()
    assert verdicts == [("partly_accepted",)]
