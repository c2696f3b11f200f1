"""How one set takes another's place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from socialcare.deliver import place


def test_a_set_put_aside_is_closed_until_each_folder_has_its_own_mode(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = home / "extracts" / "v1"
    for folder, mode in (("regional", 0o750), ("durham", 0o700)):
        (final / folder).mkdir(parents=True)
        (final / folder / "figures.csv").write_text("a")
        (final / folder).chmod(mode)
    final.chmod(0o750)
    place.point_at(final)
    modes: list[int] = []
    real = shutil.copystat

    def seen(source: Any, to: Any, **more: Any) -> None:
        aside = next(folder for folder in (home / "extracts").glob(".v1.*"))
        modes.append(aside.stat().st_mode & 0o777)
        real(source, to, **more)

    monkeypatch.setattr(shutil, "copystat", seen)
    place.make_room(final)
    assert set(modes) == {0o700}
    current = (home / "extracts" / "current").resolve()
    found = {path.name: path.stat().st_mode & 0o777 for path in (current, *current.iterdir())}
    assert found == {current.name: 0o750, "regional": 0o750, "durham": 0o700}
    assert (current / "durham" / "figures.csv").read_text() == "a"
    assert not final.exists()
