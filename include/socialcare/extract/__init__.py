"""Getting files from publishers: one module per family of publisher, all with the same three questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from socialcare.extract.by_hand import ByHandExtractor
from socialcare.extract.ees import EesExtractor
from socialcare.extract.govuk_files import GovukFilesExtractor
from socialcare.extract.http import Client
from socialcare.extract.nomis import NomisExtractor
from socialcare.extract.release import Extractor, Fetched, Release, RemoteFile
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import ByHand
from socialcare.settings import get_settings

__all__ = ["ByHandExtractor", "Extractor", "Fetched", "Release", "RemoteFile", "reading"]

FAMILIES = {family.family: family for family in (EesExtractor, GovukFilesExtractor, NomisExtractor)}


@contextmanager
def reading(source: Source, publishers: Publishers, *, partial: bool = False) -> Iterator[Extractor]:
    """Yield what reads a source from its publisher at the given addresses.

    ``partial`` addresses (the bundled sample's) may lack tables that feed no comparison.
    """
    if isinstance(source.extract, ByHand):
        yield ByHandExtractor(f"taken from a local mirror only: download it from {source.extract.address}")
        return
    with closing(Client(publishers.origins, contact=get_settings().http_contact)) as client:
        yield FAMILIES[source.extract.family](client, publishers, partial=partial)
