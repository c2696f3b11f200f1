"""A real SFTP server on loopback over a folder. Needs paramiko, which the environment may lack."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER, PASSWORD = "council", "not a secret: this server is a test's own"


@dataclass(frozen=True)
class Served:
    port: int
    host_key: str


@contextmanager
def serve(root: Path) -> Iterator[Served]:
    """Serve ``root`` as ``/`` until the end of the block."""
    import paramiko

    key = paramiko.ECDSAKey.generate()
    listening = socket.create_server(("127.0.0.1", 0))
    files = _files(paramiko, root)

    class Door(paramiko.ServerInterface):
        def check_auth_password(self, username: str, password: str) -> int:
            good = (username, password) == (USER, PASSWORD)
            return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return paramiko.OPEN_SUCCEEDED

    open_now = []

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:  # closed: the test is over
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            transport.start_server(server=Door())
            open_now.append(transport)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield Served(listening.getsockname()[1], f"{key.get_name()} {key.get_base64()}")
    finally:
        listening.close()
        for transport in open_now:
            transport.close()


def _files(paramiko: Any, root: Path) -> type:  # noqa: C901  # one short method for each thing that SFTP can do
    def named(error: OSError) -> int:
        return int(paramiko.SFTPServer.convert_errno(error.errno))

    class Files(paramiko.SFTPServerInterface):
        def _at(self, path: str) -> str:
            return str(root) + self.canonicalize(path)

        def _do(self, act: Any) -> int:
            try:
                act()
            except OSError as error:
                return named(error)
            return int(paramiko.SFTP_OK)

        def list_folder(self, path: str) -> Any:
            try:
                return [
                    paramiko.SFTPAttributes.from_stat(entry.stat(), entry.name) for entry in os.scandir(self._at(path))
                ]
            except OSError as error:
                return named(error)

        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat(os.stat(self._at(path)))
            except OSError as error:
                return named(error)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:
            try:
                opened = os.open(self._at(path), flags, 0o600)
            except OSError as error:
                return named(error)
            handle = paramiko.SFTPHandle(flags)
            writes = bool(flags & os.O_WRONLY)
            handle.readfile = handle.writefile = os.fdopen(opened, "wb" if writes else "rb")
            return handle

        def remove(self, path: str) -> int:
            return self._do(lambda: os.remove(self._at(path)))

        def rmdir(self, path: str) -> int:
            return self._do(lambda: os.rmdir(self._at(path)))

        def mkdir(self, path: str, attr: Any) -> int:
            return self._do(lambda: os.mkdir(self._at(path)))

        def posix_rename(self, old: str, new: str) -> int:
            return self._do(lambda: os.replace(self._at(old), self._at(new)))

    return Files
