"""Getting files from publishers: one module per family of publisher, all with the same three questions."""

from __future__ import annotations

from socialcare.extract.ees_files import EesFilesExtractor
from socialcare.extract.govuk_files import GovukFilesExtractor
from socialcare.extract.http import Client
from socialcare.extract.nomis import NomisExtractor
from socialcare.extract.release import Extractor, Fetched, Release, RemoteFile
from socialcare.registry import Source
from socialcare.registry.publishers import Publishers
from socialcare.settings import get_settings

__all__ = ["Extractor", "Fetched", "Release", "RemoteFile", "extractor_for"]

FAMILIES = {family.family: family for family in (EesFilesExtractor, GovukFilesExtractor, NomisExtractor)}


def extractor_for(source: Source, publishers: Publishers) -> Extractor:
    """Return what reads a source from its publisher at the given addresses."""
    client = Client(publishers.hosts, contact=get_settings().http_contact)
    extractor: Extractor = FAMILIES[source.extract.family](client, publishers)
    return extractor
