"""The first draft of a source's declaration, from real files of its publisher.

What a machine can see is filled in; what only a person can know is left as "?". The draft has a name that is not
read until a person, who wrote that, renames it.
"""

from socialcare.scaffold.new_source import UNWRITTEN, NewSource, new_source

__all__ = ["UNWRITTEN", "NewSource", "new_source"]
