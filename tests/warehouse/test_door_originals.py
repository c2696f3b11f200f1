"""The encrypted originals: bound to their places, gone with their keys. Receipts go when their time is over too."""

from __future__ import annotations

import io
import os
import random
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from socialcare import generate
from socialcare.database import connect
from socialcare.door import arrival, left_over, originals, retention
from socialcare.door.intake import take_in
from socialcare.door.originals import Original, Sent
from socialcare.errors import Fault
from socialcare.settings import get_settings

NONE = {"originals": 0, "receipts": 0, "deliveries": 0, "rows": 0}
SENT = Sent(names=("one.csv", "two.csv"))


def plain(name: str, number: int) -> bytes:
    out = io.BytesIO()
    originals.decrypt(name, number, out)
    return out.getvalue()


def kept(council: str, content: str, *files: bytes) -> str:
    with Original(council) as original:
        for text in files or (b"first", b"other"):
            with original.new_file() as file:
                file.write(text)
        return original.keep(content * 64, SENT)


def test_an_original_is_an_age_file_that_its_key_file_opens(home: Path) -> None:
    """Whoever has the two needs nothing of this platform."""
    name = kept("durham", "f")
    key_file = home / "secrets" / "originals" / name.replace("/", "-")
    assert key_file.stat().st_mode & 0o777 == 0o600
    keys = [pyrage.x25519.Identity.from_str(line) for line in key_file.read_text().split()]
    folder = home / "door" / "taken" / name
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert pyrage.decrypt((folder / "2.age").read_bytes(), keys) == b"other"
    assert originals.sent(name).names == SENT.names
    assert "one.csv" not in repr(originals.sent(name)), "names may identify"


@pytest.mark.parametrize("size", [0, 1, (1 << 20) + 1])
def test_what_is_kept_comes_out_again(home: Path, size: int) -> None:
    """Sizes about a block of age's (64 KiB) and a chunk of the reader's (1 MiB)."""
    sent = random.Random(4).randbytes(size)
    assert plain(kept("durham", "f", sent), 1) == sent


def test_an_original_that_was_changed_is_not_given_out(home: Path) -> None:
    name = kept("durham", "f")
    file = home / "door" / "taken" / name / "1.age"
    whole = file.read_bytes()
    for damaged in (
        b"",
        whole[:60],
        whole[:-20],
        whole[:-1] + _other(whole[-1]),
        whole[:90] + _other(whole[90]) + whole[91:],
    ):
        file.write_bytes(damaged)
        with pytest.raises(Fault, match="original_damaged"):
            plain(name, 1)


def _other(byte: int) -> bytes:
    return bytes([byte ^ 1])


def test_an_original_is_bound_to_its_file(home: Path) -> None:
    name = kept("durham", "f")
    one, two = (home / "door" / "taken" / name / f"{n}.age" for n in (1, 2))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    for number in (1, 2):
        with pytest.raises(Fault, match="original_damaged"):
            plain(name, number)


@pytest.mark.parametrize("files", [(1, 2), (0, 1, 2)], ids=["its files", "all of it"])
@pytest.mark.parametrize("council", ["durham", "south_tyneside"])
def test_an_original_with_its_key_is_bound_to_its_delivery(home: Path, council: str, files: tuple[int, ...]) -> None:
    name, other = kept("durham", "f"), kept(council, "e")
    assert plain(other, 1) == b"first"
    taken, keys = home / "door" / "taken", home / "secrets" / "originals"
    (keys / name.replace("/", "-")).replace(keys / other.replace("/", "-"))
    for number in files:
        (taken / name / f"{number}.age").replace(taken / other / f"{number}.age")
    with pytest.raises(Fault, match="original_damaged"):
        plain(other, 1)


LEFT_OVER = (
    *("door/taken/durham/.0123/1.age", "secrets/originals/.durham-ffff.0123", "door/unpacked/durham/1/a.csv"),
    *("outbox/durham/.receipt-2026-10-31-1.html.0123", "inbox/durham/.taken-0123/a.csv"),
)


@pytest.mark.parametrize("left", LEFT_OVER)
def test_what_a_killed_run_left_is_removed_and_nothing_of_another_council(home: Path, left: str) -> None:
    for council in ("durham", "south_tyneside"):
        file = home / left.replace("durham", council)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    left_over.remove("durham")
    assert [p.name for p in home.rglob("*") if p.is_file()] == [Path(left.replace("durham", "south_tyneside")).name]


def test_a_disk_that_is_full_is_named_and_the_reader_does_not_wait_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    def write_ten() -> None:
        with original.new_file() as file:
            for _ in range(10):
                file.write(b"chunk")

    monkeypatch.setattr("socialcare.door.originals.pyrage.encrypt_io", full)
    with Original("durham") as original, pytest.raises(Fault, match="original_not_kept"):
        write_ten()


def test_a_large_file_is_kept_in_the_memory_of_a_small_one(home: Path) -> None:
    chunk = bytes(1 << 20)
    with Original("durham") as original, original.new_file() as file:
        tracemalloc.start()
        for _ in range(64):
            file.write(bytes(chunk))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 << 20


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


def test_the_original_is_readable_until_its_time_is_over_and_never_after(warehouse: str) -> None:
    folder = generate.deliver("durham")
    sent = [file.read_bytes() for file in sorted(folder.glob("*.csv"))]
    for delivery in arrival.look("durham", settled_after=0).whole:
        take_in(delivery)
    ((name,),) = rows("select original from door.originals")
    assert [plain(name, n) for n in range(1, len(sent) + 1)] == sent
    files = b"".join(f.read_bytes() for f in (get_settings().home / "door" / "taken" / name).iterdir())
    assert b"SYN-DUR" not in files
    assert originals.destroy_expired() == 0
    assert originals.destroy_expired(date(2099, 1, 1)) == 1
    with pytest.raises(Fault, match="original_destroyed"):
        plain(name, 1)
    assert rows("select count(*) from door.originals where destroyed_at is not null") == [(1,)]


def test_a_receipt_is_kept_as_long_as_was_agreed_and_what_was_told_again_no_longer(warehouse: str) -> None:
    """Durham's agreement says 365 days; receipts name children as the originals do."""
    outbox, now = get_settings().outbox / "durham", datetime(2026, 11, 1, tzinfo=UTC)
    outbox.mkdir(parents=True)
    ages = {
        **{"receipt-2025-10-01-1.html": 366, "receipt-2025-10-01-1-judged-again-1.html": 3, "notice-7.html": 366},
        **{"receipt-2025-11-01-1.html": 364, "receipt-2025-11-01-1-judged-again-1.html": 3},
    }
    for name, days in ages.items():
        (outbox / name).touch()
        os.utime(outbox / name, times=((now - timedelta(days=days)).timestamp(),) * 2)
    assert retention.destroy_expired(now) == {**NONE, "receipts": 3}
    assert sorted(p.name for p in outbox.iterdir()) == [
        "receipt-2025-11-01-1-judged-again-1.html",
        "receipt-2025-11-01-1.html",
    ]


def test_an_original_that_no_delivery_knows_goes_when_the_agreed_time_is_over_and_not_before(warehouse: str) -> None:
    """Its run failed after it was kept; or a backup was restored, and the warehouse is older than it."""
    name, now = kept("durham", "f"), datetime.now(UTC)
    assert retention.destroy_expired(now + timedelta(days=364)) == NONE
    assert plain(name, 1) == b"first"
    assert retention.destroy_expired(now + timedelta(days=366)) == {**NONE, "originals": 1}
    with pytest.raises(Fault, match="original_destroyed"):
        plain(name, 1)
