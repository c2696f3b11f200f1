"""The only reader of the environment. Every setting has a default that works on a fresh clone."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Configuration, read once a process. See ``.env.example`` for the same list in words."""

    model_config = SettingsConfigDict(env_prefix="SOCIALCARE_", env_file=None, frozen=True, extra="ignore")

    home: Path = Field(
        default=PROJECT_ROOT / "var", description="Everything a night makes: database, archive, extracts, logs."
    )
    project_root: Path = Field(default=PROJECT_ROOT, description="Where dags/, dbt_project/ and expectations/ are.")
    sources: Literal["sample", "live", "mirror"] = Field(
        default="sample",
        description="Where published figures come from: the bundled sample, the publishers, a local mirror.",
    )
    published: Path | None = Field(default=None, description="The local mirror folder, when sources is 'mirror'.")
    councils: Literal["synthetic", "inbox"] = Field(
        default="synthetic",
        description="Whether a council that never sent anything gets a generated, SYNTHETIC delivery.",
    )
    database_url: str | None = Field(
        default=None,
        description="An external PostgreSQL 17 or 18 (postgresql://admin@host:port/postgres, password in "
        "the file named by PGPASSFILE). Unset: the embedded server.",
    )
    warehouse_database: str = Field(default="warehouse", description="The warehouse's database name.")
    airflow_database: str = Field(default="airflow", description="The name of Airflow's own database.")
    postgres_user: str | None = Field(
        default=None,
        description="As root only: the account that runs the embedded server. Unset: postgres or nobody.",
    )
    night_schedule: str = Field(default="0 2 * * *", description="When the night starts, in Europe/London (cron).")
    night_deadline_minutes: int = Field(
        default=240, description="Minutes after its start at which an unfinished night alerts."
    )
    alert_webhook: str | None = Field(
        default=None, description="Where failure notices are posted (JSON). Unset: log only."
    )
    approval_hours: int = Field(
        default=20, ge=1, description="Hours in which a person may approve a held version; then it stays unpublished."
    )
    approvers: str | None = Field(
        default=None, description="Who may approve, by name, separated by commas. Unset: whoever gives a name."
    )
    keep_versions: int = Field(default=5, ge=2, description="How many published versions stay restorable.")
    deliver_to: str | None = Field(
        default=None,
        description="Where the region's extracts are sent as well (sftp://..., s3://..., file://...). Unset: nowhere.",
    )
    deliver_connection: str | None = Field(
        default=None, description="The scheduler's connection that holds the credentials for that place."
    )
    keep_backup_days: int = Field(
        default=90,
        ge=1,
        description="Days after which housekeeping removes a backup: an erased child is in older ones.",
    )
    keep_log_days: int = Field(default=30, ge=1, description="Days of Airflow logs and runs to keep.")
    http_contact: str = Field(
        default="data-platform@example.invalid", description="Whom a publisher may write to; sent in the User-Agent."
    )

    @property
    def archive(self) -> Path:
        return self.home / "archive"

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def outbox(self) -> Path:
        return self.home / "outbox"

    @property
    def extracts(self) -> Path:
        return self.home / "extracts"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def dbt_project(self) -> Path:
        return self.project_root / "dbt_project"

    @property
    def expectations(self) -> Path:
        return self.project_root / "expectations"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return this process's settings. Tests clear the cache after changing the environment."""
    return Settings()


def child_environment(**extra: str) -> dict[str, str]:
    """Return the environment for a child process: ours, plus ``extra``, with telemetry off."""
    quiet = {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
        "SCARF_ANALYTICS": "false",
    }
    return {**os.environ, **quiet, **extra}


def unset_environment(*names: str) -> None:
    """Forget variables that were set for a library, once it has read them."""
    for name in names:
        os.environ.pop(name, None)


def set_environment(**values: str) -> None:
    """Set variables for libraries that read the environment themselves (dbt, Great Expectations)."""
    os.environ.update(values)
