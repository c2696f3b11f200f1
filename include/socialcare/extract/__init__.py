"""Getting files from publishers: one module per family of publisher, all with the same three questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from socialcare.extract.ees_files import EesFilesExtractor
from socialcare.extract.govuk_files import GovukFilesExtractor
from socialcare.extract.http import Client
from socialcare.extract.nomis import NomisExtractor
from socialcare.extract.release import Extractor, Fetched, Release, RemoteFile
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.settings import get_settings

__all__ = ["Extractor", "Fetched", "Release", "RemoteFile", "reading"]

FAMILIES = {family.family: family for family in (EesFilesExtractor, GovukFilesExtractor, NomisExtractor)}


@contextmanager
def reading(source: Source, publishers: Publishers) -> Iterator[Extractor]:
    """Yield what reads a source from its publisher at the given addresses."""
    with closing(Client(publishers.origins, contact=get_settings().http_contact)) as client:
        yield FAMILIES[source.extract.family](client, publishers)
