"""Schemathesis sends every operation of the merged document what it allows and what it forbids: nothing answers 5xx.

Deterministic (a seed) and bounded: the coverage phase for all operations but one, some random requests for each.
"""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.demo.posting import post_demo
from rekindle.embedded.stack import Stack

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = 15
SECONDS = 280
LONGEST_TEXT = 2000
"""For query parameters: a server refuses an endless address before it is ours."""
SHORT = {"type": "number", "minimum": 0, "maximum": 0.02}
"""How long analytics is asked to wait for events, in seconds."""
MANIFOLD = "/v1/events"
"""Its body is one of 35 types: the coverage phase would make 20,000 requests of it, so it gets random ones instead."""
CONFIGURATION = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 504]
"""


def prepared(document: dict[str, Any]) -> dict[str, Any]:
    """The document without probes, and with waits too short to slow the test (504 is then a right answer).

    Tokens are not revoked or rotated: it uses ids that it was answered, and would take its own token from itself and all others.
    """
    document["paths"] = {
        path: one for path, one in document["paths"].items() if path.startswith("/v1/") and not path.startswith("/v1/tokens/{")
    }
    _shorten(document)
    return document


def _shorten(value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            _shorten(one)
    elif isinstance(value, dict):
        if value.get("in") == "query" and value.get("name") == "wait":
            value |= {"schema": SHORT, "required": True}
        elif value.get("in") == "query":
            _limit(value.get("schema", {}))
        if "wait" in value.get("properties", {}):
            value["properties"]["wait"] = SHORT
            value["required"] = [*value.get("required", []), "wait"]
        for one in value.values():
            _shorten(one)


def _limit(schema: dict[str, Any]) -> None:
    for one in [schema, *schema.get("anyOf", [])]:
        if one.get("type") == "string" and "enum" not in one:
            one["maxLength"] = min(one.get("maxLength", LONGEST_TEXT), LONGEST_TEXT)


@pytest.fixture(scope="session")
async def document(stack: Stack) -> dict[str, Any]:
    """With the demo, so that who leaves out ``wait`` and names an example's event in ``after`` does not wait for one in vain."""
    await asyncio.to_thread(post_demo, stack.url, stack.token, stack.folder)
    async with httpx.AsyncClient(base_url=stack.url) as client:
        answer = await client.get("/openapi.json")
    return prepared(answer.raise_for_status().json())


async def schemathesis(stack: Stack, folder: Path, document: dict[str, Any], *options: str) -> str:
    """Run it; returns what it says. Fails with that where a check did."""
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"),
        *("--url", stack.url, "--header", f"Authorization: Bearer {stack.token}", "--request-timeout", "30"),
        *("--seed", "1", "--no-shrink", "--max-redirects", "0", "--warnings", "off", "--suppress-health-check", "all"),
        *("--checks", CHECKS, *options),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        process.kill()
        raise
    text = "\n".join(line[:500] for line in said.decode().splitlines())
    assert process.returncode == 0, text[-20_000:]
    return text


def number_of(said: str) -> int:
    found = re.search(r"Tested: (\d+)", said)
    assert found, said
    return int(found.group(1))


def count(document: dict[str, Any]) -> int:
    return sum(len(one.keys() & {"get", "put", "post", "patch", "delete"}) for one in document["paths"].values())


async def test_what_is_at_the_edge_of_every_parameter_is_answered(stack: Stack, document: dict[str, Any], tmp_path: Path) -> None:
    said = await schemathesis(stack, tmp_path, document, "--phases", "coverage", "--exclude-path", MANIFOLD)

    assert number_of(said) == count(document) - 1


async def test_what_is_sent_at_random_is_answered(stack: Stack, document: dict[str, Any], tmp_path: Path) -> None:
    said = await schemathesis(stack, tmp_path, document, "--phases", "examples,fuzzing", "--max-examples", str(EXAMPLES))

    assert number_of(said) == count(document)


async def test_events_sent_at_random_are_answered(stack: Stack, document: dict[str, Any], tmp_path: Path) -> None:
    said = await schemathesis(
        stack, tmp_path, document, "--phases", "fuzzing", "--max-examples", "120", "--include-path", MANIFOLD
    )

    assert number_of(said) == 1
