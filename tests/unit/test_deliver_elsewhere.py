"""Extracts somewhere else: whole when they are pointed at, whatever broke off, and marked when they are old."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from tests.fakes import sftp

from socialcare.deliver.elsewhere import Elsewhere
from socialcare.door.remote_place import open_with


@pytest.fixture(params=["file", "memory", "sftp"])
def place(request: pytest.FixtureRequest, home: Path) -> Iterator[Elsewhere]:
    root = home / "elsewhere"
    (root / "extracts").mkdir(parents=True)
    if request.param == "memory":
        files = fsspec.filesystem("memory")
        files.store.clear()
        files.pseudo_dirs[:] = [""]
        yield _elsewhere("memory://extracts", {})
    elif request.param == "file":
        yield _elsewhere(f"file://{root}/extracts", {})
    else:
        pytest.importorskip("paramiko")
        with sftp.serve(root) as served:
            options = {"host": "127.0.0.1", "port": served.port, "host_key": served.host_key}
            options |= {"username": sftp.USER, "password": sftp.PASSWORD, "look_for_keys": False}
            yield _elsewhere("sftp:///extracts", options)


def _elsewhere(address: str, options: dict[str, Any]) -> Elsewhere:
    opened = open_with(address, options)
    return Elsewhere(opened.files, opened.path)


def made(home: Path, version: int, content: str = "a") -> Path:
    """A small set as it lies here, with a report in it."""
    folder = home / "extracts" / f"v{version}" / "durham"
    (folder / "report").mkdir(parents=True, exist_ok=True)
    (folder / "durham.csv").write_text(content)
    (folder / "report" / "index.html").write_text(f"<p>{content}</p>")
    (folder / "manifest.json").write_text(json.dumps({"version": version, "built_at": "2026-11-22", "of": content}))
    return folder


def send(place: Elsewhere, home: Path, version: int, content: str = "a", keep: int = 5) -> bool:
    folder = made(home, version, content)
    return place.send(folder, version=version, beside=home / "extracts", keep=keep)


def names(place: Elsewhere) -> list[str]:
    place.files.invalidate_cache()
    return sorted(name.removeprefix(place.path).lstrip("/") for name in place.files.find(place.path))


def read(place: Elsewhere, name: str) -> bytes:
    return bytes(place.files.cat_file(f"{place.path}/{name}"))


def pointer(place: Elsewhere) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(place, "current.json"))
    return found


WHOLE = ["current.json", "v1/durham.csv", "v1/manifest.json", "v1/report/index.html"]


def test_a_set_comes_whole_and_is_pointed_at_last(place: Elsewhere, home: Path) -> None:
    assert send(place, home, 1)
    assert names(place) == WHOLE
    assert (pointer(place)["version"], pointer(place)["folder"], pointer(place)["stale"]) == (1, "v1", None)
    confirmed = pointer(place)["confirmed_at"]
    assert not send(place, home, 1), "nothing is uploaded twice"
    assert pointer(place)["confirmed_at"] >= confirmed
    assert read(place, "v1/durham.csv") == b"a"


@pytest.mark.parametrize("at", range(1, 6))
def test_whoever_is_cut_off_leaves_readers_the_set_before(
    place: Elsewhere, home: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(place, home, 1)
    made(home, 2, "b")
    left = [at]

    def failing(name: str) -> Any:
        real = getattr(place.files, name)

        def called(*given: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise ConnectionError
            return real(*given, **more)

        return called

    with monkeypatch.context() as patch:
        for name in ("put_file", "mv", "pipe_file"):  # three files, their folder's name, the pointer
            real = failing(name)
            real.__signature__ = __import__("inspect").signature(getattr(place.files, name))
            patch.setattr(place.files, name, real)
        with pytest.raises(ConnectionError):
            send(place, home, 2, "b")
        assert pointer(place)["folder"] == "v1"
        assert read(place, "v1/durham.csv") == b"a"
    send(place, home, 2, "b")
    assert pointer(place)["folder"] == "v2"
    assert read(place, "v2/durham.csv") == b"b"
    assert not [name for name in names(place) if ".part" in name]


def test_another_warehouses_set_of_the_same_number_does_not_change_what_is_being_read(
    place: Elsewhere, home: Path
) -> None:
    send(place, home, 1)
    assert send(place, home, 1, "another")
    folder = pointer(place)["folder"]
    assert folder.startswith("v1-")
    assert read(place, f"{folder}/durham.csv") == b"another"
    assert read(place, "v1/durham.csv") == b"a"
    assert not send(place, home, 1, "another")
    assert pointer(place)["folder"] == folder


def test_a_set_that_was_broken_there_is_sent_again(place: Elsewhere, home: Path) -> None:
    send(place, home, 1)
    send(place, home, 2)
    place.files.rm_file(f"{place.path}/v1/report/index.html")
    assert send(place, home, 1), "rolled back to"
    assert pointer(place)["folder"] == "v1"
    assert "v1/report/index.html" in names(place)


@pytest.mark.parametrize("broken", ["lost", "cut"])
def test_a_set_that_is_pointed_at_and_was_broken_there_is_sent_again(place: Elsewhere, home: Path, broken: str) -> None:
    send(place, home, 1, "whole")
    there = f"{place.path}/v1/durham.csv"
    if broken == "lost":
        place.files.rm_file(there)
    else:
        place.files.pipe_file(there, b"wh")
    assert send(place, home, 1, "whole")
    assert read(place, "v1/durham.csv") == b"whole"
    assert pointer(place)["folder"] == "v1"
    assert names(place) == WHOLE
    assert not send(place, home, 1, "whole")


def test_old_sets_go_but_never_the_one_pointed_at(place: Elsewhere, home: Path) -> None:
    for version in (1, 2, 3, 4):
        send(place, home, version, keep=2)
    assert {name.split("/")[0] for name in names(place)} == {"current.json", "v3", "v4"}
    send(place, home, 3, keep=2)
    assert (pointer(place)["folder"], {name.split("/")[0] for name in names(place)}) == (
        "v3",
        {"current.json", "v3", "v4"},
    )


def test_no_set_goes_while_fewer_lie_there_than_may_be_kept(place: Elsewhere, home: Path) -> None:
    for version in (1, 2, 3, 4):
        send(place, home, version, keep=5)
    there = {entry["name"].rstrip("/").rsplit("/", 1)[-1] for entry in place.files.ls(place.path, detail=True)}
    assert {"v1", "v2", "v3", "v4"} <= there


def test_stale_is_said_there_and_goes_with_the_next_good_delivery(place: Elsewhere, home: Path) -> None:
    send(place, home, 1)
    confirmed = pointer(place)["confirmed_at"]
    (home / "extracts" / "STALE.txt").write_text("STALE since ...")
    place.mark_stale("the night failed", beside=home / "extracts")
    assert read(place, "STALE.txt") == b"STALE since ..."
    assert (pointer(place)["stale"], pointer(place)["confirmed_at"]) == ("the night failed", confirmed)
    (home / "extracts" / "STALE.txt").unlink()
    (home / "extracts" / "NOTES.txt").write_text("a source is late")
    send(place, home, 1)
    assert names(place) == ["NOTES.txt", *WHOLE]
    assert pointer(place)["stale"] is None


def test_a_place_that_never_had_a_set_is_told_only_the_note(place: Elsewhere, home: Path) -> None:
    (home / "extracts").mkdir()
    (home / "extracts" / "STALE.txt").write_text("STALE since ...")
    place.mark_stale("the night failed", beside=home / "extracts")
    assert names(place) == ["STALE.txt"]
