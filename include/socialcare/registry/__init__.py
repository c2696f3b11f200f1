"""The declarations: published sources, councils that send files, and the returns they send.

Each is one YAML file in ``sources/``, ``councils/`` or ``specs/``; everything else follows from it.
"""

from socialcare.registry.councils import Council, all_councils, council
from socialcare.registry.returns import Return, all_returns, return_spec
from socialcare.registry.sources import Source, all_sources, source

__all__ = [
    "Council",
    "Return",
    "Source",
    "all_councils",
    "all_returns",
    "all_sources",
    "council",
    "return_spec",
    "source",
]
