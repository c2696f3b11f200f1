"""`socialcare extracts`: what lies there is what was delivered, or it says which file is not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialcare.cli import app
from socialcare.deliver import verify
from socialcare.errors import Fault


@pytest.fixture
def delivered(home: Path) -> Path:
    """A set of two folders, pointed at as a night does."""
    whole = home / "extracts" / "v3"
    about = {"version": 3, "built_at": "2026-11-22 02:10:00+00:00", "stale": [{"source_id": "a"}]}
    for name in ("regional", "durham"):
        (whole / name / "report").mkdir(parents=True)
        files = []
        for file in ("a.csv", "report/index.html"):
            (whole / name / file).write_text(f"{name} {file}")
            digest = hashlib.sha256(f"{name} {file}".encode()).hexdigest()
            files.append({"name": file, "bytes": len(f"{name} {file}"), "sha256": digest})
        content = {**about, "audience": name, "is_synthetic": name == "durham", "files": files}
        (whole / name / "manifest.json").write_text(json.dumps(content))
    listed = [{"folder": name, "name": "a.csv"} for name in ("regional", "durham")]
    (whole / "manifest.json").write_text(json.dumps({**about, "files": listed}))
    (home / "extracts" / "current").symlink_to("v3")
    return whole


def ask(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["extracts", *arguments], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def test_what_lies_there_is_listed_and_checked(delivered: Path) -> None:
    code, said = ask()
    assert code == 0
    assert "Version 3, built 2026-11-22 02:10 UTC, fresh" in said
    assert "durham                   2 files, 0.0 MB  SYNTHETIC  1 sources not at their newest" in said
    assert "Every file is what was delivered." in said


def test_stale_is_said(delivered: Path) -> None:
    (delivered.parent / "STALE.txt").write_text("STALE since 2026-11-23\nthe night [broke]\n")
    code, said = ask()
    assert (code, "STALE" in said.splitlines()[0], "the night [broke]" in said) == (0, True, True)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "a.csv").write_text("other"), "durham: a.csv is not what was delivered"),
        (lambda folder: (folder / "report/index.html").unlink(), "durham: report/index.html is missing"),
        (lambda folder: (folder / "more.csv").write_text(""), "durham: more.csv is not in the manifest"),
        (lambda folder: (folder / "manifest.json").unlink(), "durham: manifest.json is missing"),
    ],
    ids=["changed", "missing", "unlisted", "no manifest"],
)
def test_a_file_that_is_not_what_was_delivered_is_named(delivered: Path, spoil: object, said: str) -> None:
    spoil(delivered / "durham")  # type: ignore[operator]
    code, told = ask()
    assert code == 1
    assert said in told
    assert "Every file" not in told


def test_a_copy_of_one_folder_can_be_checked_alone(delivered: Path) -> None:
    code, said = ask(str(delivered / "durham"))
    assert (code, "regional" in said) == (0, False)


def test_nothing_delivered_is_a_fault_with_a_name(home: Path) -> None:
    with pytest.raises(Fault, match="nothing_delivered"):
        verify.check(home / "extracts")
    (home / "extracts").mkdir()
    (home / "extracts" / "manifest.json").write_text("{}")
    with pytest.raises(Fault, match="nothing_delivered"):
        verify.check(home / "extracts")


def test_a_folder_that_is_not_ones_own_is_no_error(delivered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = verify._read

    def closed(folder: Path) -> dict[str, object]:
        if folder.name == "durham":
            raise PermissionError
        return real(folder)

    monkeypatch.setattr(verify, "_read", closed)
    code, said = ask()
    assert code == 0
    assert "durham                   not yours to read" in said
