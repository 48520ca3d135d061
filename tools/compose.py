"""Hold docker-compose.yml against the Compose Specification: `python -m tools.compose`, exit status 1 with sentences."""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "docker-compose.yml"
SCHEMA = Path(__file__).with_name("compose-spec.json")

_VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def read_compose(path: Path = COMPOSE) -> dict[str, Any]:
    """The file as Compose sees it: anchors and merge keys resolved, variables left as they are written."""
    read: dict[str, Any] = yaml.safe_load(path.read_text())
    return read


def problems_of(compose: Mapping[str, Any], *, example: str) -> Iterator[str]:
    """What is wrong: with the schema, with names that nothing has, with variables that .env.example does not show."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    for error in validator.iter_errors(compose):
        yield f"{'.'.join(str(part) for part in error.absolute_path) or 'the file'}: {error.message}"
    yield from _names(compose)
    shown = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", json.dumps(compose)))
    yield from (f"{name} is needed and not in .env.example" for name in sorted(needed - shown))
    used = set(_VARIABLE.findall(json.dumps(compose))) | set(_passed_on(compose))
    yield from (f"{name} of .env.example is used nowhere" for name in sorted(shown - used))


def _passed_on(compose: Mapping[str, Any]) -> Iterator[str]:
    """The variables that containers get as the shell or .env has them."""
    for service in compose.get("services", {}).values():
        yield from (name for name, value in service.get("environment", {}).items() if value is None)


def _names(compose: Mapping[str, Any]) -> Iterator[str]:
    services = compose.get("services", {})
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if other not in services:
                yield f"services.{name}.depends_on: there is no service {other}"
            elif how["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                yield f"services.{name}.depends_on: {other} has no health check"
            elif how["condition"] == "service_completed_successfully" and services[other].get("restart") != "no":
                yield f"services.{name}.depends_on: {other} is started again and never completes"
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("."):
                if not (ROOT / source).exists():
                    yield f"services.{name}.volumes: {source} does not exist"
            elif source not in compose.get("volumes", {}):
                yield f"services.{name}.volumes: there is no volume {source}"


def main() -> int:
    """Print what is wrong; returns the exit status."""
    argparse.ArgumentParser(prog="python -m tools.compose", description=__doc__).parse_args()
    problems = list(problems_of(read_compose(), example=(ROOT / ".env.example").read_text()))
    for problem in problems:
        print(f"docker-compose.yml: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
