"""The command line tells faults in words, and a question changes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from socialcare import cli
from socialcare.errors import Fault
from socialcare.registry import sources


def _socialcare(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("socialcare")), *arguments],
        env={"PATH": "/usr/bin:/bin", "SOCIALCARE_HOME": str(home), "COLUMNS": "200", **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_module_of_verbs_is_part_of_the_command() -> None:
    folder = Path(cli.__file__).parent
    with_verbs = {path.stem for path in folder.glob("*.py") if "@app.command" in path.read_text()}
    assert with_verbs <= set(cli.__all__)


@pytest.mark.parametrize(
    "verb",
    [
        *[("status",), ("versions",), ("rollback",), ("access",), ("docs",), ("backup", "to"), ("sql", "select 1")],
        *[("diff",), ("quality",), ("approve", "1", "--by", "a", "--reason", "b")],
        *[("sources",), ("watch",), ("landings",), ("lait",), ("explain", "a_rate", "Durham", "2024")],
    ],
    ids=lambda verb: verb[0],
)
def test_a_question_to_an_empty_home_makes_no_database(tmp_path: Path, verb: tuple[str, ...]) -> None:
    home = tmp_path / "home"
    asked = _socialcare(home, *verb)
    assert asked.returncode == 1
    assert "database_not_started" in asked.stderr
    assert "Traceback" not in asked.stderr
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("verb", ["run", "up"])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("--sources", "mirror"), "mirror_missing"),
        (("--published", "/nowhere"), "mirror_missing"),
        (("--published", "/tmp", "--sources", "live"), "sources_contradict"),
        (("--published", "/tmp", "--sources", "sample"), "sources_contradict"),
    ],
)
def test_sources_that_cannot_be_are_refused_at_once(
    tmp_path: Path, verb: str, arguments: tuple[str, ...], name: str
) -> None:
    refused = _socialcare(tmp_path, verb, *arguments)
    assert refused.returncode == 1
    assert name in refused.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was started"


def test_a_database_that_is_away_is_told_in_words(tmp_path: Path) -> None:
    asked = _socialcare(tmp_path, "versions", SOCIALCARE_DATABASE_URL="postgresql://nobody@127.0.0.1:9/x")
    assert asked.returncode == 1
    assert "database_unreachable" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_fault_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    cli.shared.tell(Fault("named", "No column [period] in [/x].", where="[red]", remedy="see [/here]"))
    said = capsys.readouterr().err
    for words in ("[period]", "[/x]", "[red]", "[/here]", "(named)"):
        assert words in said


def test_status_says_what_the_platform_is_doing() -> None:
    assert cli.night.airflow_now({}) == "not running (make up)"
    assert cli.night.airflow_now({"phase": "starting Airflow"}).startswith("starting")
    assert cli.night.airflow_now({"phase": "ready", "url": "http://x", "kind": "up"}) == "http://x"
    assert cli.night.airflow_now({"phase": "ending"}) == "ending"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("new-source", "dfe_made_up", "/nowhere.csv"), "file_missing"),
        (("new-source", "ons_population", "/nowhere.csv"), "source_exists"),
        (("fetch", "dfe_made_up"), "source_unknown"),
        (("land", "dfe_made_up"), "source_unknown"),
    ],
)
def test_a_source_that_cannot_be_is_refused_at_once(tmp_path: Path, arguments: tuple[str, ...], name: str) -> None:
    refused = _socialcare(tmp_path, *arguments)
    assert refused.returncode == 1
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was started"
    assert not (sources.FOLDER / "dfe_made_up.yml").exists()


def test_progress_moves_on_a_terminal_and_is_plain_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with cli.progress.progress("landing") as tell:
        tell("2024: a.csv", 1, 3)
    assert capsys.readouterr().out == "landing: 2024: a.csv (1 of 3 done)\n"
    with cli.progress.progress("counting", plain=False) as tell:
        tell("a.csv", 1, 3)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(cli.progress, "console", Console(force_terminal=True))
    monkeypatch.setenv("FORCE_COLOR", "1")
    with cli.progress.progress("landing") as tell:
        tell("2024: a.csv", 1, 3)
    said = capsys.readouterr()
    assert "2024: a.csv" in said.err
    assert said.out == "", "standard output is for the answer"
