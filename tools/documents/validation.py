"""What the official parsers say of the documents."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from openapi_spec_validator import OpenAPIV31SpecValidator

from tools.documents import node

PARSER = Path(__file__).with_name("parse_asyncapi.mjs")
SECONDS = 120


def openapi_errors(document: Mapping[str, Any]) -> list[str]:
    """What openapi-spec-validator finds wrong with an OpenAPI 3.1 document."""
    return [
        f"{'.'.join(str(part) for part in error.absolute_path) or 'document'}: {error.message.partition(chr(10))[0]}"
        for error in OpenAPIV31SpecValidator(dict(document)).iter_errors()
    ]


def schema_errors(schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a JSON Schema, by the schema of its dialect."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [f"{'.'.join(str(part) for part in error.absolute_path) or 'document'}: {error.message}"]
    return []


def asyncapi_errors(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """What the official AsyncAPI parser finds wrong with each file. Raises CannotUseNode."""
    command = [*node.installed(), str(PARSER), *(str(path) for path in paths)]
    done = subprocess.run(command, cwd=node.ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        raise node.CannotUseNode(f"The AsyncAPI parser did not run: {done.stderr.strip()[-500:]}")
    found: dict[str, list[str]] = json.loads(done.stdout)
    return {path: found[str(path)] for path in paths}
