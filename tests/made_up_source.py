"""A source that nobody publishes, declared as a person would: drafted from its files, its meanings written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from socialcare.registry import sources
from socialcare.scaffold import UNWRITTEN, new_source

ID = "dfe_made_up"
_HEADING = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,"
    "new_la_code,la_name,kind_of_carer,number\n"
)
_ENGLAND = "{year},Reporting year,National,E92000001,England,,,,,,{word},{number}\n"
_DURHAM = (
    "{year},Reporting year,Local authority,E92000001,England,E12000001,North East,840,E06000047,County Durham,"
    "{word},{number}\n"
)


def publish(mirror: Path, release: int) -> Path:
    """Write a release into a mirror, in the shape of Explore Education Statistics; its figures are invented."""
    folder = mirror / "dfe" / "made_up" / str(release)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"carers_2023_to_{release}.csv"
    text = _HEADING
    for year in range(2023, release + 1):
        for word, number in (("Relative", 20), ("Other", "c")):
            text += _ENGLAND.format(year=year, word=word, number=1000)
            text += _DURHAM.format(year=year, word=word, number=number)
    path.write_text(text)
    return path


@contextmanager
def declared(folder: Path, files: list[Path]) -> Iterator[None]:
    """Have the made-up source among the declared ones: one file more, nothing else."""
    shutil.copytree(sources.FOLDER, folder, dirs_exist_ok=True)
    draft = new_source(ID, files, folder=folder).path
    text = draft.read_text().replace(f'homepage: "{UNWRITTEN}"', "homepage: https://example.org/made-up")
    text = text.replace(f'address: "{UNWRITTEN}"', "address: https://example.org/made-up")
    draft.with_suffix("").write_text(text.replace(f'"{UNWRITTEN}', '"Written by a person'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.all_sources.__wrapped__, "__defaults__", (folder,))
        sources.all_sources.cache_clear()
        yield
    sources.all_sources.cache_clear()
