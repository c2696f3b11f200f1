"""The declarations: published sources, councils that send files, and the returns they send.

Each is one YAML file in ``sources/``, ``councils/`` or ``specs/``; everything else follows from it.
"""

from socialcare.registry.councils import Council, all_councils, council

__all__ = ["Council", "all_councils", "council"]
