"""The archive keeps bytes as they came and notices when they are no longer so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from socialcare.errors import Fault
from socialcare.land import archive

WHERE = {"name": "a.csv", "url": "https://www.gov.uk/a.csv", "source_id": "dfe_x", "release": "2024"}


def test_bytes_are_kept_under_their_own_hash_with_where_they_came_from(home: Path) -> None:
    sha256 = archive.put(b"a,b\n1,2\n", **WHERE)
    assert sha256 == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert archive.get(sha256) == b"a,b\n1,2\n"
    manifest = json.loads((home / "archive" / sha256[:2] / f"{sha256}.json").read_text())
    assert (manifest["url"], manifest["release"], manifest["bytes"]) == ("https://www.gov.uk/a.csv", "2024", 8)


def test_the_same_bytes_again_change_nothing(home: Path) -> None:
    path = archive.path_of(archive.put(b"x", **WHERE))
    before = path.stat().st_mtime_ns
    archive.put(b"x", **WHERE | {"release": "2025"})
    assert path.stat().st_mtime_ns == before
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, f"{path.name}.json"]


def test_a_changed_file_is_not_given_out(home: Path) -> None:
    sha256 = archive.put(b"x", **WHERE)
    archive.path_of(sha256).write_bytes(b"y")
    with pytest.raises(Fault, match="backup") as fault:
        archive.get(sha256)
    assert fault.value.name == "archive_damaged"
