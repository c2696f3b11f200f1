"""A local mirror made from the bundled sample: real figures, the publishers' file names and shapes."""

from __future__ import annotations

from pathlib import Path

from socialcare.extract import reading
from socialcare.publishers import sample, server, workbooks
from socialcare.registry import source

EES = ("dfe_social_work_workforce", "dfe_children_looked_after", "dfe_children_in_need")


def write(root: Path, *source_ids: str) -> Path:
    """Write the sample's files of these sources below ``root`` and return it."""
    with server.running() as publishers:
        for source_id in source_ids or EES:
            if source_id == "ons_population":
                _write_population(root)  # the mirror holds ONS's workbook; the sample plays Nomis instead
                continue
            declared = source(source_id)
            with reading(declared, publishers, partial=True) as extractor:
                for release in extractor.look(declared, {})[0]:
                    folder = root / declared.mirror.folder
                    if not declared.mirror.release_in_name:
                        folder = folder / release.release
                    folder.mkdir(parents=True, exist_ok=True)
                    for file in extractor.files(declared, release):
                        fetched = extractor.fetch(file, {})
                        assert fetched is not None
                        (folder / fetched.name).write_bytes(fetched.content)
    return root


def _write_population(root: Path) -> None:
    """Write the sample's ages 0 to 17 as ONS's workbook; ages that it does not hold are left out."""
    folder = root / source("ons_population").mirror.folder
    folder.mkdir(parents=True)
    ages = [f"age_{age}" for age in range(18)]
    for year in sample.releases("population", "ons_population"):
        rows = [
            ["MYE2: Persons by single year of age"],
            ["Code", "Name", "Geography", "All ages", *map(str, range(18))],
        ]
        for row in sample.rows("population", f"ons_population/{year}"):
            counts = [row[age] for age in ages]
            rows.append([row["area_code"], row["area_name"], "Area", str(sum(map(int, counts))), *counts])
        (folder / f"mye{year[2:]}sample.xlsx").write_bytes(workbooks.xlsx({"MYE2 - Persons": rows}))


def only_file(root: Path, pattern: str) -> Path:
    """Return the one file below ``root`` that matches."""
    found = list(root.rglob(pattern))
    assert len(found) == 1, found
    return found[0]
