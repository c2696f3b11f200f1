"""The compose file and the image, checked without an engine: schema, health, secrets, pins, real commands."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialcare.settings import PROJECT_ROOT, Settings

COMPOSE = PROJECT_ROOT / "docker-compose.yml"
DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text()
DECLARED: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, dict[str, Any]] = DECLARED["services"]
PLATFORM = [name for name, service in SERVICES.items() if "build" in service]
BIN = Path(sys.executable).parent


def test_the_compose_file_obeys_the_compose_specification() -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_whole_platform_is_there_and_workers_only_on_request() -> None:
    assert set(PLATFORM) == {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    on_request = {name for name, service in SERVICES.items() if service.get("profiles")}
    assert on_request == {"redis", "worker"}
    executor = SERVICES["scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"]
    assert executor == "${AIRFLOW__CORE__EXECUTOR:-LocalExecutor}"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_or_ends(name: str) -> None:
    service = SERVICES[name]
    assert "healthcheck" in service or service["restart"] == "no"


@pytest.mark.parametrize("name", PLATFORM)
def test_nothing_starts_before_what_it_needs(name: str) -> None:
    waits = {needed: how["condition"] for needed, how in SERVICES[name]["depends_on"].items()}
    assert waits["postgres"] == "service_healthy"
    if name != "init":
        assert waits["init"] == "service_completed_successfully"
    assert set(waits) <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_is_in_the_file(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search(r"PASSWORD|SECRET|KEY|TOKEN", variable):
            assert re.fullmatch(r"/(run|var/lib/socialcare)/secrets/[\w.-]+", value), "a path to a file, no value"
        assert not re.search(r"://[^/@\s]*:[^/@\s]+@", str(value)), f"{variable} holds a password"


def test_only_the_service_that_prepares_the_database_holds_its_administrators_password() -> None:
    holders = {name for name, service in SERVICES.items() if service.get("secrets")}
    assert holders == {"postgres", "init"}
    assert DECLARED["secrets"] == {"postgres_password": {"file": "./var/compose/postgres_password"}}
    assert "/var/" in (PROJECT_ROOT / ".gitignore").read_text().splitlines()


def test_the_image_takes_nothing_that_it_is_not_told_to_take() -> None:
    rules = [line for line in (PROJECT_ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert rules[0] == "*"
    assert not {"!var", "!.env", "!.git"} & set(rules)
    assert {"!requirements.lock", "!include", "!dags", "!dbt_project", "!expectations"} <= set(rules)


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", SERVICES[name]["image"])


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8080:8080"]


@pytest.mark.parametrize("name", [name for name in PLATFORM if name != "init"])
def test_the_airflow_commands_exist_with_their_options(name: str) -> None:
    from airflow.cli.cli_parser import get_parser

    program, *arguments = SERVICES[name]["command"]
    assert program == "airflow"
    get_parser().parse_args(arguments)  # SystemExit when a command or an option is unknown
    check = SERVICES[name]["healthcheck"]["test"]
    if check[:2] == ["CMD", "airflow"]:
        get_parser().parse_args(check[2:])


def test_what_init_calls_exists() -> None:
    from socialcare import cli
    from socialcare.operate.components import airflow_environment

    script = SERVICES["init"]["command"][-1]
    assert "socialcare init" in script
    assert callable(cli.keep.init)
    assert f"{airflow_environment.__name__}(8080)" in script
    assert "airflow db migrate" in script


def test_the_settings_that_it_sets_exist() -> None:
    known = {f"SOCIALCARE_{name.upper()}" for name in Settings.model_fields}
    used = {variable for variable in SERVICES["scheduler"]["environment"] if variable.startswith("SOCIALCARE_")}
    assert used
    assert used <= known
    assert set(re.findall(r"(SOCIALCARE_\w+)=", DOCKERFILE)) <= known


def test_what_councils_send_and_get_lies_in_volumes_of_its_own() -> None:
    mounted = {volume.split(":")[1] for volume in SERVICES["scheduler"]["volumes"]}
    assert {f"/var/lib/socialcare/{place}" for place in ("archive", "inbox", "outbox", "extracts")} <= mounted
    assert {volume.split(":")[0] for volume in SERVICES["scheduler"]["volumes"]} <= set(DECLARED["volumes"])


def test_the_image_installs_the_lock_by_hash_and_runs_as_nobody_special() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "requirements.lock" in DOCKERFILE
    assert "pip check" in DOCKERFILE
    assert re.search(r"^USER socialcare$", DOCKERFILE, flags=re.MULTILINE)
    assert not re.search(r"https?://", DOCKERFILE), "the index is the builder's choice"


def test_the_image_and_make_use_the_same_uv() -> None:
    (in_make,) = re.findall(r"^UV\s*:= (uv==\S+)", (PROJECT_ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert f'"{in_make}"' in DOCKERFILE


def test_hooks_need_no_network() -> None:
    declared = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in declared["repos"]} == {"local"}
    for hook in declared["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert (BIN / Path(hook["entry"].split()[0]).name).exists()
