"""The North East children's social care data platform."""

__version__ = "0.1.0"
