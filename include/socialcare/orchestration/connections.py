"""Open a council's folder elsewhere with the credentials of one of Airflow's connections."""

from __future__ import annotations

from typing import Any

from socialcare.door.remote_place import Place, named_faults, open_with
from socialcare.errors import Fault

#: Fields of Airflow's own SFTP connection that mean nothing to fsspec, and those that have another name there.
_NOT_PASSED = ("no_host_key_check", "allow_host_key_change", "known_hosts", "ciphers", "host_proxy_cmd")
_RENAMED = {"key_file": "key_filename", "private_key_passphrase": "passphrase"}


def open_connected(address: str, connection: str) -> Place:
    """Open the folder at ``address`` with the credentials of a connection, or without any.

    An object storage whose Airflow provider is installed is opened by it. Raises Fault ``connection_unknown``, and
    as ``open_with`` does.
    """
    if not connection:
        return open_with(address, {})
    from airflow.sdk.io.fs import get_fs, has_fs

    known = _connection(connection)
    protocol = address.split("://")[0]
    if has_fs(protocol) and protocol != "file":
        with named_faults():
            files = get_fs(protocol, connection)
            return Place(files, files._strip_protocol(address).rstrip("/"))
    return open_with(address, options_of(known))


def options_of(connection: Any) -> dict[str, Any]:
    """Return what fsspec takes of a connection: host, port, username, password and its extra fields."""
    names = {"host": connection.host, "port": connection.port, "username": connection.login}
    names["password"] = connection.password
    extra = {_RENAMED.get(k, k): v for k, v in connection.extra_dejson.items() if k not in _NOT_PASSED}
    return {**{name: value for name, value in names.items() if value}, **extra}


def _connection(name: str) -> Any:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(name)
    except AirflowNotFoundException:
        raise Fault(
            "connection_unknown",
            f"Airflow has no connection {name}.",
            where="the council's declaration",
            remedy="add it under Admin, Connections, or as AIRFLOW_CONN_... in the environment of the scheduler.",
        ) from None
