"""The lineage picture: every published table, what it reads, and the sources that it stands on in the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from socialcare.operate import lineage


def model(name: str, layer: str, *reads: str, folder: str = "") -> tuple[str, dict[str, Any]]:
    fqn = ["socialcare", layer, *([folder] if folder else []), name]
    key = f"model.socialcare.{name}"
    return key, {"resource_type": "model", "name": name, "fqn": fqn, "depends_on": {"nodes": list(reads)}}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """ssda903 and its history -> staging -> int_a -> int_b -> mart_far; int_a -> mart_near; a seed, a test."""
    nodes = dict(
        [
            model("stg_ssda903__episodes", "staging", "source.x.ssda903.episodes", folder="ssda903"),
            model("stg_ons__people", "staging", "source.x.ons.people", folder="ons"),
            model("int_a", "intermediate", "model.socialcare.stg_ssda903__episodes", "seed.socialcare.councils"),
            model("int_b", "intermediate", "model.socialcare.int_a", "model.socialcare.stg_ons__people"),
            model("mart_far", "marts", "model.socialcare.int_b"),
            model("mart_near", "marts", "model.socialcare.int_a"),
        ]
    )
    nodes["seed.socialcare.councils"] = {"resource_type": "seed", "name": "councils", "fqn": ["socialcare", "councils"]}
    nodes["test.socialcare.t"] = {"resource_type": "test", "name": "t", "fqn": ["socialcare", "marts", "t"]}
    sources = {
        "source.x.ssda903.episodes": {"source_name": "ssda903"},
        "source.x.ssda903_history.episodes": {"source_name": "ssda903_history"},
        "source.x.ons.people": {"source_name": "ons"},
    }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes, "sources": sources}))
    return path


def test_each_table_stands_on_what_it_reads_in_the_end(told: Path) -> None:
    read = lineage.read(told)
    assert read.marts == ["mart_far", "mart_near"]
    assert read.origins("mart_far") == ["ons", "ssda903"]
    assert read.origins("mart_near") == ["ssda903"]
    assert set(read.kinds) == {"ssda903", "ons", "int_a", "int_b", "mart_far", "mart_near"}


def test_every_line_runs_to_the_right_between_boxes_that_are_drawn(told: Path) -> None:
    drawn = html.fromstring(lineage.picture(lineage.read(told)))
    boxes = {box.findtext("text"): box.find("rect").attrib for box in drawn.xpath("./g[rect]")}
    assert set(boxes) == {"ssda903", "ons", "int_a", "int_b", "mart_far", "mart_near"}
    left = {name: int(box["x"]) for name, box in boxes.items()}
    assert left["ssda903"] < left["int_a"] < left["int_b"] < left["mart_far"] == left["mart_near"]
    assert len(drawn.xpath(".//path")) == 5
    places = [(box["x"], box["y"]) for box in boxes.values()]
    assert len(set(places)) == len(places), "no box lies on another"


def test_the_page_says_the_same_in_words(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "manifest", lambda: told)
    rows = html.fromstring(lineage.text()).xpath("//tbody/tr")
    assert [[cell.text_content() for cell in row] for row in rows] == [
        ["mart_far", "int_b", "ons, ssda903"],
        ["mart_near", "int_a", "ssda903"],
    ]
