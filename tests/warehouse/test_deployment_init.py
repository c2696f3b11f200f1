"""The compose file's `init`, run as it is written, on a PostgreSQL that is external to it; no engine is needed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from socialcare import embedded
from socialcare.credentials import secret
from socialcare.database import ADMIN
from socialcare.settings import PROJECT_ROOT, get_settings

COMPOSE = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text())
INSIDE = "/var/lib/socialcare"


@pytest.fixture
def outside_server(home: Path) -> Iterator[tuple[int, str]]:
    """A server of its own, standing for the service `postgres`; yields its port and administrator's password."""
    for folder in (home, *home.parents):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o011)  # as root, the server's account must be able to pass
    port = embedded.start(die_with_parent=True)
    yield port, secret(f"postgres-{ADMIN}")
    embedded.stop()


def as_here(text: str, port: int, state: Path, password_file: Path) -> str:
    """What the containers know by other names: the state volume, the server, the secret, compose's own `$$`."""
    for there, here in (
        (INSIDE, str(state)),
        ("/run/secrets/postgres_password", str(password_file)),
        ("/tmp/admin-pass", str(state / "admin-pass")),
        ("postgres@postgres:5432", f"{ADMIN}@127.0.0.1:{port}"),
        ("@postgres:5432", f"@127.0.0.1:{port}"),
        (":postgres:%s", f":{ADMIN}:%s"),
        ("/opt/socialcare", str(PROJECT_ROOT)),
        ("$$", "$"),
    ):
        text = text.replace(there, here)
    return text


def test_init_prepares_an_external_server_and_leaves_every_password_in_files(
    outside_server: tuple[int, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    port, password = outside_server
    state = tmp_path_factory.mktemp("state")
    password_file = state.parent / "postgres_password"
    password_file.write_text(password)
    service = COMPOSE["services"]["init"]
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{
            name: as_here(value, port, state, password_file)
            for name, value in service["environment"].items()
            if not value.startswith("${")
        },
        "SOCIALCARE_HOME": str(state),
    }
    script = [as_here(part, port, state, password_file) for part in (*service["entrypoint"], *service["command"])]
    for _ in range(2):  # it is safe to repeat
        done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    assert password not in done.stdout + done.stderr
    assert not [value for value in environment.values() if password in value]
    assert (state / "airflow" / "airflow.cfg").stat().st_mode & 0o077 == 0
    with psycopg.connect(
        host="127.0.0.1", port=port, user="airflow", dbname="airflow",
        password=(state / "secrets" / "postgres-airflow").read_text().strip(),
    ) as connection:  # fmt: skip
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)
    assert get_settings().database_url is None, "this test's own settings are untouched"
