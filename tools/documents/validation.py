"""What the official parsers say of the documents."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from openapi_spec_validator import OpenAPIV31SpecValidator

from rekindle.embedded.node import CannotUseNode
from tools.documents import node

PARSER = Path(__file__).with_name("parse_asyncapi.mjs")
LINTER = node.MODULES / "@redocly" / "cli" / "bin" / "cli.js"
LINT_RULES = Path(__file__).with_name("redocly.yaml")
SECONDS = 120
_QUIET = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def openapi_errors(document: Mapping[str, Any]) -> list[str]:
    """What openapi-spec-validator finds wrong with an OpenAPI 3.1 document."""
    return [
        f"{'.'.join(str(part) for part in error.absolute_path) or 'document'}: {error.message.partition(chr(10))[0]}"
        for error in OpenAPIV31SpecValidator(dict(document)).iter_errors()
    ]


def lint_errors(document: Mapping[str, Any]) -> list[str]:
    """What Redocly's recommended rules find wrong with an OpenAPI document. Raises CannotUseNode."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(document))
        command = [*node.installed(), str(LINTER), "lint", str(path), "--config", str(LINT_RULES), "--format", "json"]
        done = subprocess.run(command, cwd=node.ROOT, env=_QUIET, capture_output=True, text=True, timeout=SECONDS, check=False)
    try:
        found = json.loads(done.stdout)["problems"]
    except ValueError as error:
        raise CannotUseNode(f"The linter of OpenAPI did not run: {done.stderr.strip()[-500:]}") from error
    return [f"{_place(one)}: {one['message']} ({one['ruleId']})" for one in found]


def _place(found: Mapping[str, Any]) -> str:
    return str(found["location"][0].get("pointer", "document")) if found.get("location") else "document"


def schema_errors(schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a JSON Schema, by the schema of its dialect."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [f"{'.'.join(str(part) for part in error.absolute_path) or 'document'}: {error.message}"]
    return []


def asyncapi_errors(paths: Sequence[Path], *, named: bool = False) -> dict[Path, list[str]]:
    """What the official AsyncAPI parser finds wrong with each file. Raises CannotUseNode.

    ``named``: a schema that becomes a class of a generated client, and has no name, is an error too.
    """
    command = [*node.installed(), str(PARSER), *(["--named"] if named else []), *(str(path) for path in paths)]
    done = subprocess.run(command, cwd=node.ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        raise CannotUseNode(f"The AsyncAPI parser did not run: {done.stderr.strip()[-500:]}")
    found: dict[str, list[str]] = json.loads(done.stdout)
    return {path: found[str(path)] for path in paths}
