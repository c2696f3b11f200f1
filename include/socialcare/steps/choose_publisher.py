"""Where a source is read from: a local mirror, the publisher itself, or the bundled sample's server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from socialcare.errors import Fault
from socialcare.extract import ByHandExtractor, Extractor, reading
from socialcare.extract.folder import Folder
from socialcare.publishers import sample, server
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.settings import get_settings


def where() -> str:
    """Name the place that is looked at: what was remembered of another place says nothing about this one."""
    settings = get_settings()
    return f"mirror {settings.published}" if settings.sources == "mirror" else settings.sources


@contextmanager
def publisher(declared: Source) -> Iterator[Extractor]:
    """Yield what reads this source. Raises Fault ``mirror_not_named`` where a mirror is meant and none is named."""
    settings = get_settings()
    if settings.sources == "mirror":
        if settings.published is None:
            raise Fault(
                "mirror_not_named",
                "Sources are read from a mirror, but no folder is named.",
                where="SOCIALCARE_PUBLISHED",
                remedy="set it to the folder of published files.",
            )
        yield Folder(settings.published)
        return
    if settings.sources == "live":
        with reading(declared, Publishers()) as extractor:
            yield extractor
        return
    if declared.extract.family != "by_hand" and not sample.holds(declared.id):
        yield ByHandExtractor("the bundled sample has nothing of it")
        return
    with server.running() as publishers, reading(declared, publishers, partial=True) as extractor:
        yield extractor
