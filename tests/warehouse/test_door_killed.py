"""Killed at any point and run again, the end is that of one clean run: rows, findings, originals, receipts, inbox."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
#: Waits ready, everything imported. For each line it begins a run, which it kills after so many seconds (0: never) or
#: which ends itself before or after a place in the code; it answers how the run ended and how long it took.
READY = """
import importlib, os, sys, time
from socialcare.door import arrival, intake, receipt_page, receipt_workbook
from socialcare.registry.returns import all_returns

def end_at(path, when):
    module, *inner, name = path.split(".")
    owner = importlib.import_module(module if module == "shutil" else "socialcare.door." + module)
    for part in inner:
        owner = getattr(owner, part)
    real = getattr(owner, name)
    def killed(*given, **named):
        if when == "after":
            real(*given, **named)
        os.kill(os.getpid(), 9)
    setattr(owner, name, killed)

all_returns()
for line in sys.stdin:
    began, delay, *place = time.monotonic(), *line.split()
    child = os.fork()
    if not child:
        if place:
            end_at(*place)
        for delivery in arrival.look("durham", settled_after=0).whole:
            intake.take_in(delivery)
        os._exit(0)
    if float(delay):
        time.sleep(float(delay))
        os.kill(child, 9)
    _, how = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(how), time.monotonic() - began, flush=True)
"""
PLACES = (
    *("records.new_id after", "load._as_csv after", "load.take_out after", "engine.RuleEngine.judge before"),
    *("records.insert_delivery after", "originals.Original.keep before", "originals.Original.keep after"),
    *("load.copy_findings after", "receipt.put after", "left_over.note_loose after", "intake._empty_inbox before"),
    *("intake._empty_inbox after", "shutil.rmtree before"),
)


class Runner:
    """A process that is ready to take in, and can be killed while it does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, killed_after: float = 0, at: str = "") -> tuple[int, float]:
        """Take in what is in the inbox; return the exit code (-9: killed) and the seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(killed_after, at, file=self._process.stdin, flush=True)
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


def made() -> Path:
    """A few children in every file of one return, with its defects, and a message of another: made once, to copy."""
    inbox = get_settings().home / "made" / "durham"
    if not inbox.exists():
        generated = generate.ssda903("durham", AS_OF, COLLECTION_YEAR, open_children=3)
        tables = {name: table.combine_chunks() for name, table in generated.tables.items()}
        write_delivery(replace(generated, tables=tables), inbox, "durham", AS_OF, COLLECTION_YEAR)
        (inbox / "census").mkdir()
        (inbox / "census" / "message.xml").write_text(MESSAGE, encoding="utf-8")
        stated = {"as_of_date": "2026-03-31", "collection_year": 2026, "synthetic": True}
        (inbox / "census" / arrival.MARKER).write_text(json.dumps(stated))
    return inbox


def deliver() -> None:
    shutil.copytree(made(), get_settings().inbox / "durham")


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


@dataclass(frozen=True)
class Clean:
    """One clean run: what it leaves and how long it takes, and the process that does it again."""

    runner: Runner
    state: dict[str, object]
    seconds: float

    def same_after(self, killed_after: float = 0, at: str = "") -> bool:
        """Kill a run, run again, and compare; return whether the first did not come to its end."""
        clear()
        deliver()
        code, _ = self.runner.run(killed_after, at)
        renumber()
        assert self.runner.run()[0] == 0
        found = state()
        differing = {name for name in self.state if found[name] != self.state[name]}
        assert not differing, f"killed {at or f'after {killed_after:.3f} s'}"
        return code == -9


@pytest.fixture
def clean(runner: Runner) -> Clean:
    for _ in range(2):  # the first run of a process is slower than any other
        clear()
        deliver()
        code, seconds = runner.run()
    found = state()
    assert code == 0
    assert len(found["raw.deliveries"]) == 2
    assert found["inbox"] == ["inbox/durham"]
    return Clean(runner, found, seconds)


def test_killed_at_any_moment_or_place_and_run_again_is_one_clean_run(clean: Clean) -> None:
    chance = random.Random(903)
    ended = [clean.same_after(chance.uniform(0, clean.seconds)) for _ in range(KILLS)]
    assert sum(ended) >= MUST_END
    for place in PLACES:
        assert clean.same_after(at=place), f"nothing came to {place}"


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
