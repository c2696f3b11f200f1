"""Files come from elsewhere whole, are removed there only once they were taken, and a killed run loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest
from tests.fakes import sftp

from socialcare.door import arrival, remote
from socialcare.door.remote_place import Place, open_plainly, open_with
from socialcare.errors import Fault
from socialcare.orchestration.connections import options_of
from socialcare.registry.councils import Council

STATED = json.dumps({"as_of_date": "2026-10-31", "collection_year": 2027})


@dataclass
class Elsewhere:
    """A council's own folders on some storage."""

    inbox: Place
    outbox: Place

    def put(self, *paths: str, content: str = "CHILD\n") -> None:
        for path in paths:
            whole = f"{self.inbox.path}/{path}"
            self.inbox.files.makedirs(whole.rsplit("/", 1)[0], exist_ok=True)
            self.inbox.files.pipe_file(whole, (STATED if path.endswith("delivery.json") else content).encode())

    def names(self, place: Place | None = None) -> list[str]:
        place = place or self.inbox
        place.files.invalidate_cache()
        return sorted(name.removeprefix(place.path).lstrip("/") for name in place.files.find(place.path))


@pytest.fixture(params=["file", "memory", "sftp"])
def elsewhere(request: pytest.FixtureRequest, home: Path) -> Iterator[Elsewhere]:
    root = home / "elsewhere"
    for folder in ("inbox", "outbox"):
        (root / folder).mkdir(parents=True)
    if request.param == "memory":
        files = fsspec.filesystem("memory")
        files.store.clear()
        files.pseudo_dirs[:] = [""]
        files.makedirs("/inbox")
        yield Elsewhere(*(open_with(f"memory://{folder}", {}) for folder in ("inbox", "outbox")))
    elif request.param == "file":
        yield Elsewhere(*(open_with(f"file://{root}/{folder}", {}) for folder in ("inbox", "outbox")))
    else:
        pytest.importorskip("paramiko")
        with sftp.serve(root) as served:
            options = {"host": "127.0.0.1", "port": served.port, "host_key": served.host_key}
            options |= {"username": sftp.USER, "password": sftp.PASSWORD, "look_for_keys": False}
            yield Elsewhere(*(open_with(f"sftp:///{folder}", options) for folder in ("inbox", "outbox")))


@pytest.fixture
def here(home: Path) -> Path:
    return home / "inbox" / "durham"


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SETTLED_AFTER_SECONDS", 0)


def take(here: Path) -> list[list[str]]:
    """Stand in for taking in: empty the inbox of what has arrived."""
    deliveries = arrival.look("durham", settled_after=0).whole
    for delivery in deliveries:
        shutil.rmtree(delivery.place)
    return [sorted(file.name for file in delivery.files) for delivery in deliveries]


def test_a_delivery_comes_whole_and_is_removed_there_only_once_it_was_taken(elsewhere: Elsewhere, here: Path) -> None:
    elsewhere.put("october/h.csv", "october/e.csv", "october/delivery.json")
    assert remote.fetch("durham", elsewhere.inbox) == (1, 0)
    assert remote.clear("durham", elsewhere.inbox) == 0
    assert remote.fetch("durham", elsewhere.inbox) == (0, 0), "it is not fetched twice"
    assert len(elsewhere.names()) == 3, "it was not taken yet"
    assert here.stat().st_mode & 0o777 == 0o700
    assert take(here) == [["e.csv", "h.csv"]]
    assert remote.clear("durham", elsewhere.inbox) == 1
    assert elsewhere.names() == []
    assert not elsewhere.inbox.files.exists(f"{elsewhere.inbox.path}/october")
    assert remote.fetch("durham", elsewhere.inbox) == (0, 0)


def test_what_is_not_whole_there_is_left(elsewhere: Elsewhere, here: Path) -> None:
    elsewhere.put("a/h.csv", "b/h.csv.filepart", "b/delivery.json", "h.csv.part")
    assert remote.fetch("durham", elsewhere.inbox) == (0, 3)
    assert take(here) == []
    elsewhere.put("a/delivery.json")
    assert remote.fetch("durham", elsewhere.inbox) == (1, 2)


def test_loose_files_are_one_delivery(elsewhere: Elsewhere, here: Path) -> None:
    elsewhere.put("h.csv", "e.csv")
    assert remote.fetch("durham", elsewhere.inbox) == (1, 0)
    assert take(here) == [["e.csv", "h.csv"]]
    elsewhere.put("later.csv")  # before anybody could remove the first two
    assert remote.fetch("durham", elsewhere.inbox) == (1, 0)
    assert take(here) == [["later.csv"]]
    assert remote.clear("durham", elsewhere.inbox) == 2
    assert elsewhere.names() == []


def test_what_was_written_anew_meanwhile_is_not_removed_but_fetched_again(elsewhere: Elsewhere, here: Path) -> None:
    elsewhere.put("a/h.csv", "a/delivery.json")
    remote.fetch("durham", elsewhere.inbox)
    take(here)
    elsewhere.put("a/h.csv", content="CHILD\ncorrected\n")
    remote.clear("durham", elsewhere.inbox)
    assert elsewhere.names() == ["a/h.csv"], "without its marker it is no whole delivery"
    elsewhere.put("a/delivery.json")
    assert remote.fetch("durham", elsewhere.inbox) == (1, 0)


def test_a_marker_that_names_a_file_that_is_not_there_waits(elsewhere: Elsewhere, here: Path) -> None:
    elsewhere.put("a/h.csv")
    stated = {**json.loads(STATED), "files": ["h.csv", "e.csv"]}
    elsewhere.inbox.files.pipe_file(f"{elsewhere.inbox.path}/a/delivery.json", json.dumps(stated).encode())
    assert remote.fetch("durham", elsewhere.inbox) == (0, 1)
    elsewhere.put("a/e.csv")
    assert remote.fetch("durham", elsewhere.inbox) == (1, 0)


def test_receipts_are_sent_once_and_again_when_they_change(elsewhere: Elsewhere, home: Path) -> None:
    outbox = home / "outbox" / "durham"
    outbox.mkdir(parents=True)
    (outbox / "receipt.html").write_text("first")
    (outbox / ".receipt.html.1234").write_text("unfinished")
    assert remote.send("durham", elsewhere.outbox) == 1
    assert remote.send("durham", elsewhere.outbox) == 0
    (outbox / "receipt.html").write_text("second")
    assert remote.send("durham", elsewhere.outbox) == 1
    assert elsewhere.names(elsewhere.outbox) == ["receipt.html"]
    assert elsewhere.outbox.files.cat_file(f"{elsewhere.outbox.path}/receipt.html") == b"second"


class KilledError(BaseException):
    """The process ends here."""


STEPS = ("get_file", "Path.rename", "replace_private", "rm_file", "Path.unlink")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("elsewhere", ["file"], indirect=True)
def test_killed_anywhere_nothing_is_lost_and_nothing_taken_half(
    elsewhere: Elsewhere, here: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    elsewhere.put("a/h.csv", "a/e.csv", "a/delivery.json")
    owners: dict[str, Any] = {"Path": Path, "replace_private": remote}
    owner = owners.get(step.split(".")[0], type(elsewhere.inbox.files))
    name = step.split(".")[-1]
    real: Callable[..., Any] = getattr(owner, name)
    seen: list[list[str]] = []

    def killed(*given: Any, **named: Any) -> Any:
        if when == "after":
            real(*given, **named)
        raise KilledError

    def night() -> None:
        remote.clear("durham", elsewhere.inbox)
        remote.fetch("durham", elsewhere.inbox)

    def nights(count: int) -> None:
        for _ in range(count):
            night()
            seen.extend(take(here))

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, killed)
        with pytest.raises(KilledError):
            nights(2)
    seen += take(here)
    nights(3)
    assert seen, "it was taken"
    assert {tuple(files) for files in seen} == {("e.csv", "h.csv")}, "and whole each time"
    assert elsewhere.names() == []


def test_a_loose_file_there_waits_until_it_has_not_changed_for_a_minute(
    home: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SETTLED_AFTER_SECONDS", 60)
    (home / "there").mkdir()
    (home / "there" / "h.csv").write_text("CHILD\n")
    place = open_plainly(f"file://{home}/there", "")
    assert remote.fetch("durham", place) == (0, 1)
    os.utime(home / "there" / "h.csv", (time.time() - 61,) * 2)
    assert remote.fetch("durham", place) == (1, 0)


def test_an_upload_that_was_broken_off_is_refused_by_name_after_a_day(home: Path, here: Path) -> None:
    there = home / "there"
    there.mkdir()
    for name in ("h.csv", "e.csv.part"):
        (there / name).write_text("CHILD\n")
    place = open_plainly(f"file://{there}", "")
    assert remote.fetch("durham", place) == (0, 1), "it may still be written to"
    for name in ("h.csv", "e.csv.part"):
        os.utime(there / name, (time.time() - 25 * 3600,) * 2)
    assert remote.fetch("durham", place) == (1, 0)
    (delivery,) = arrival.look("durham").whole
    assert delivery.problem == "upload_unfinished"


def test_a_file_that_changes_while_it_is_copied_still_arrives(
    home: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = home / "there"
    there.mkdir()
    (there / "h.csv").write_text("CHILD\n")
    place = open_plainly(f"file://{there}", "")
    real = type(place.files).get_file

    def grows(*given: Any, **named: Any) -> Any:
        real(*given, **named)
        (there / "h.csv").write_text("CHILD\nmore\n")

    monkeypatch.setattr(type(place.files), "get_file", grows)
    assert remote.fetch("durham", place) == (0, 1)
    assert list(here.glob("fetched-*")) == []


def test_a_fault_elsewhere_is_named_and_repeats_nothing_of_it(home: Path) -> None:
    place = open_plainly(f"file://{home}/ZQXNAME", "")
    with pytest.raises(Fault, match="remote_failed") as fault:
        remote.fetch("durham", place)
    assert fault.value.retryable
    assert "ZQXNAME" not in str(fault.value)
    assert fault.value.__suppress_context__


@pytest.mark.parametrize(("address", "needs"), [("s3://bucket/inbox", "s3fs"), ("nosuch://x/y", "no such protocol")])
def test_a_storage_whose_package_is_absent_is_named_with_the_package(address: str, needs: str) -> None:
    with pytest.raises(Fault, match="remote_package_missing") as fault:
        open_with(address, {})
    assert needs in fault.value.what


def test_sftp_needs_its_package_and_the_key_of_the_one_server_it_may_speak_to() -> None:
    try:
        import paramiko  # noqa: F401
    except ImportError:
        expected = "remote_package_missing"
    else:
        expected = "host_key_missing"
    with pytest.raises(Fault, match=expected):
        open_with("sftp://example.invalid/inbox", {})


def test_another_server_at_the_address_gets_nothing(home: Path) -> None:
    paramiko = pytest.importorskip("paramiko")
    other = paramiko.ECDSAKey.generate().get_base64()
    with sftp.serve(home) as served, pytest.raises(Fault, match="remote_failed"):
        open_with("sftp:///", {"host": "127.0.0.1", "port": served.port, "host_key": f"ecdsa {other}"})


def test_a_connection_gives_what_fsspec_takes() -> None:
    from airflow.sdk import Connection

    extra = json.dumps({"key_file": "/keys/durham", "no_host_key_check": "false", "host_key": "ssh-ed25519 AAAAx"})
    made = Connection(
        conn_id="durham", conn_type="sftp", host="example.invalid", login="council", port=2222, extra=extra
    )
    assert options_of(made) == {
        **{"host": "example.invalid", "port": 2222, "username": "council"},
        **{"key_filename": "/keys/durham", "host_key": "ssh-ed25519 AAAAx"},
    }


def test_without_the_scheduler_its_connections_are_not_known() -> None:
    with pytest.raises(Fault, match="connection_unknown"):
        open_plainly("sftp://example.invalid/inbox", "durham_sftp")


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        *(("", True), ("sftp:///outgoing", True), ("sftp://example.invalid:2222/out going", True)),
        *(("s3://bucket/inbox", True), ("sftp://user:secret@example.invalid/x", False), ("/mnt/share", False)),
    ],
)
def test_a_declaration_holds_an_address_and_never_a_password(address: str, is_taken: bool) -> None:
    from socialcare.registry import council

    fields = council("durham").model_dump() | {"inbox": address}
    if is_taken:
        assert Council.model_validate(fields).is_elsewhere == bool(address)
    else:
        with pytest.raises(ValueError, match="inbox"):
            Council.model_validate(fields)
