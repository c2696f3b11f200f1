"""The first draft of a source's declaration, from real files of its publisher.

What a machine can see is filled in; what only a person can know is left as "?", and the file does not load
until that is written.
"""

from socialcare.scaffold.new_source import UNWRITTEN, NewSource, new_source

__all__ = ["UNWRITTEN", "NewSource", "new_source"]
