"""Connections to PostgreSQL, by role. The embedded server and an external one look the same from here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from socialcare.credentials import replace_private, secret
from socialcare.errors import Fault
from socialcare.settings import get_settings

ADMIN = "socialcare_admin"

#: Login roles of the platform itself. Each council adds ``council_<id>``: see the registry.
PLATFORM_ROLES = ("loader", "transformer", "publisher", "analyst", "airflow")


@dataclass(frozen=True)
class Server:
    """Where the server listens."""

    host: str
    port: int
    admin: str = ADMIN


def server() -> Server:
    """Return the server's address.

    Raises Fault ``database_not_started`` when the embedded server never ran here.
    """
    settings = get_settings()
    if settings.database_url:
        parts = urlsplit(settings.database_url)
        return Server(parts.hostname or "localhost", parts.port or 5432, parts.username or "postgres")
    note = settings.home / "postgres.json"
    if not note.exists():
        raise Fault(
            "database_not_started",
            "There is no database here yet.",
            where=str(settings.home),
            remedy="run `make run` once (or set SOCIALCARE_DATABASE_URL to a PostgreSQL of your own).",
        )
    return Server("127.0.0.1", json.loads(note.read_text())["port"])


def password(role: str) -> str | None:
    """Return the role's password, or None for an external server's administrator (libpq's passfile has it)."""
    if get_settings().database_url and role == server().admin:
        return None
    return secret(f"postgres-{role}")


def url(role: str, *, driver: str = "postgresql", database: str | None = None) -> str:
    """Return a URL without a password: libpq and asyncpg find it in the file that ``pass_file`` writes."""
    where = server()
    return f"{driver}://{role}@{where.host}:{where.port}/{database or get_settings().warehouse_database}"


def pass_file(roles: tuple[str, ...]) -> str:
    """Write the passwords of ``roles`` in libpq's format; return the path for PGPASSFILE."""
    path = get_settings().secrets / f"pgpass-{'-'.join(roles)}"
    lines = [f"*:*:*:{role}:{password(role)}" for role in roles]
    replace_private(path, "\n".join(lines) + "\n")
    return str(path)


@contextmanager
def connect(
    role: str = "loader", *, database: str | None = None, autocommit: bool = False
) -> Iterator[psycopg.Connection]:
    """Open a connection as ``role``; commit when the block ends well, roll back when it does not."""
    where = server()
    with psycopg.connect(
        host=where.host,
        port=where.port,
        user=role,
        password=password(role),
        dbname=database or get_settings().warehouse_database,
        autocommit=autocommit,
        application_name=f"socialcare {role}",
        connect_timeout=10,
    ) as connection:
        yield connection
