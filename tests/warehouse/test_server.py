"""The embedded server: what a role may do on it, and that only loopback with a password reaches it."""

import psycopg
import pytest

from socialcare.database import connect, server


def test_a_wrong_password_is_refused(warehouse: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host="127.0.0.1", port=server().port, user="analyst", password="wrong", dbname=warehouse)


def test_the_analyst_cannot_write_even_after_asking_to(warehouse: str) -> None:
    with connect("analyst") as connection:
        connection.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table published.mine (a int)")


@pytest.mark.parametrize("table", ["ops.nights", "ops.outcomes"])
def test_the_analyst_reads_nothing_outside_published(warehouse: str, table: str) -> None:
    with connect("analyst") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"select * from {table}")
