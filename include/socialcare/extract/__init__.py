"""Getting files from publishers: one module per family of publisher, all with the same three questions."""

from socialcare.extract.release import Extractor, Fetched, Release, RemoteFile

__all__ = ["Extractor", "Fetched", "Release", "RemoteFile"]
