"""What the documents say is there: links, verbs, commands, settings, published tables; and they stay short."""

import re
from pathlib import Path

import pytest
import yaml

from socialcare.settings import PROJECT_ROOT, Settings

DOCUMENTS = sorted(
    path
    for path in (*PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "docs").rglob("*.md"))
    if "node_modules" not in path.parts
)
MAKE_VERBS = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text(), flags=re.MULTILINE))
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))


def code_in(text: str) -> list[str]:
    """Inline code, fenced blocks and indented lines: what a reader would copy."""
    return [
        *re.findall(r"`([^`\n]+)`", text),
        *re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL),
        *re.findall(r"^ {4}(\S.*)$", text, flags=re.MULTILINE),
    ]


@each_document
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if not re.match(r"[a-z]+:|#", target):
            assert (path.parent / target.split("#")[0]).exists(), target


@each_document
def test_it_stays_short_enough_to_read(path: Path) -> None:
    if "GENERATED" not in path.read_text()[:200]:
        assert len(path.read_text().splitlines()) <= 250


@each_document
def test_it_names_no_folder_of_anybodys_machine(path: Path) -> None:
    found = re.findall(r"(?<![\w.])/(?:work|home|root|Users|tmp)/[\w./-]*", path.read_text())
    assert not found


@each_document
def test_the_make_verbs_exist(path: Path) -> None:
    for code in code_in(path.read_text()):
        for verb in re.findall(r"\bmake ([a-z]+)\b", code):
            assert verb in MAKE_VERBS, f"make {verb}"


@each_document
def test_the_commands_exist(path: Path) -> None:
    import typer

    from socialcare.cli import app

    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    for code in code_in(path.read_text()):
        for verb in re.findall(r"(?:^|bin/|\binit )socialcare ([a-z][a-z-]+)\b", code, flags=re.MULTILINE):
            assert verb in known, f"socialcare {verb}"


@each_document
def test_the_settings_exist(path: Path) -> None:
    known = {f"SOCIALCARE_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bSOCIALCARE_[A-Z_]+\b", path.read_text())) <= known


def test_the_data_model_gives_every_mart_its_section() -> None:
    files = (PROJECT_ROOT / "dbt_project/models/marts").glob("_*__models.yml")
    marts = {model["name"] for file in files for model in yaml.safe_load(file.read_text())["models"]}
    text = (PROJECT_ROOT / "docs" / "data-model.md").read_text()
    assert marts
    assert marts <= set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE))


def test_the_runbook_has_a_section_for_every_dag() -> None:
    pages = "".join((PROJECT_ROOT / "docs" / name).read_text() for name in ("operate.md", "gate.md"))
    sections = set(re.findall(r"^## (\S+)$", pages, flags=re.MULTILINE))
    files = {path.stem for path in (PROJECT_ROOT / "dags").glob("*.py")} - {"ingest"}
    assert files
    assert files | {"ingest_<source>", "ingest_<council>"} <= sections


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    folder = PROJECT_ROOT / "docs" / "adr"
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    listed = (folder / "README.md").read_text()
    for path in records:
        assert f"({path.name})" in listed
        headings = re.findall(r"^## (\w+)$", path.read_text(), flags=re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"]
        assert 15 <= len(path.read_text().splitlines()) <= 30
