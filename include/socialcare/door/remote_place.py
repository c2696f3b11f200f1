"""Open a council's folder elsewhere with what fsspec knows, and name what goes wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from socialcare.errors import Fault

_SSH = ("sftp", "ssh")
_SECONDS = 30


@dataclass(frozen=True)
class Place:
    """A folder elsewhere: the file system (fsspec's) that holds it, and its path there."""

    files: Any
    path: str


#: Opens the folder at an address, with the credentials of the connection that is named, or with none.
Open = Callable[[str, str], Place]


def open_plainly(address: str, connection: str) -> Place:
    """Open a folder without a scheduler: fsspec's own configuration may hold what it needs.

    Raises Fault ``connection_unknown`` when the declaration names a connection, and as ``open_with`` does.
    """
    if connection:
        raise Fault(
            "connection_unknown",
            f"The connection {connection} is one of the scheduler's, and the scheduler does not run this.",
            remedy="let the scheduler run it, or leave the connection out and configure fsspec.",
        )
    return open_with(address, {})


def open_with(address: str, options: dict[str, Any]) -> Place:
    """Open the folder at ``address`` with the options that its kind of file system takes.

    Raises Fault ``remote_package_missing``, ``host_key_missing``, ``remote_failed``.
    """
    import fsspec
    from fsspec.registry import known_implementations

    protocol = fsspec.utils.get_protocol(address)
    try:
        kind = fsspec.get_filesystem_class(protocol)
    except (ImportError, ValueError):
        needed = known_implementations.get(protocol, {}).get("err", "fsspec knows no such protocol")
        raise Fault(
            "remote_package_missing",
            f"Nothing that is installed here speaks {protocol}: {needed}.",
            where="the council's declaration",
            remedy="add that package to the environment, or correct the address.",
        ) from None
    with named_faults():
        given = {**kind._get_kwargs_from_urls(address), **options}
        if protocol in _SSH:
            policy = _only_the_host_with(given.pop("host_key", ""))
            given = {"timeout": _SECONDS, **given, "host_key_policy": policy}
        return Place(kind(**given, skip_instance_cache=True), kind._strip_protocol(address).rstrip("/"))


def _only_the_host_with(key: str) -> Any:
    """Return a policy that speaks to one server alone: by default any would do that answers at the address."""
    import paramiko

    wanted = next((part for part in key.split() if part.startswith("AAAA")), "")
    if not wanted:
        raise Fault(
            "host_key_missing",
            "Over SFTP children's records go only to a server that is known.",
            where="the connection's extra fields",
            remedy="put the server's public key there as host_key (one line of ssh-keyscan, checked with the council).",
        )

    class OneHost(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
        def missing_host_key(self, client: object, hostname: str, key: Any) -> None:
            if key.get_base64() != wanted:
                raise paramiko.SSHException

    return OneHost()


@contextmanager
def named_faults() -> Iterator[None]:
    """Name whatever a library says: its own words may hold an address, a file's name or a secret."""
    try:
        yield
    except Fault:
        raise
    except Exception as error:  # noqa: BLE001  # each storage has errors of its own
        raise Fault(
            "remote_failed",
            f"The council's folder elsewhere could not be reached or used ({type(error).__name__}).",
            where="the council's declaration",
            remedy="check the address, the connection and its rights; the next run goes on where this one stopped.",
            retryable=True,
        ) from None
