"""A local mirror made from the bundled sample: real figures, the publishers' file names and shapes."""

from __future__ import annotations

from pathlib import Path

from socialcare.extract import reading
from socialcare.publishers import server
from socialcare.registry import source

EES = ("dfe_social_work_workforce", "dfe_children_looked_after", "dfe_children_in_need")


def write(root: Path, *source_ids: str) -> Path:
    """Write the sample's files of these sources below ``root`` and return it."""
    with server.running() as publishers:
        for source_id in source_ids or EES:
            declared = source(source_id)
            with reading(declared, publishers) as extractor:
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


def only_file(root: Path, pattern: str) -> Path:
    """Return the one file below ``root`` that matches."""
    found = list(root.rglob(pattern))
    assert len(found) == 1, found
    return found[0]
