"""Clients that others generate from our document: generated, compiled and run against the running system."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.embedded.stack import Stack
from tools.documents import node

PROGRAMS = Path(__file__).with_name("clients")
SECONDS = 120


@pytest.fixture
async def document(stack: Stack, tmp_path: Path) -> Path:
    """The document of the running system, in a file."""
    async with httpx.AsyncClient(base_url=stack.url) as client:
        answer = await client.get("/openapi.json")
    path = tmp_path / "openapi.json"
    path.write_bytes(answer.raise_for_status().content)
    return path


async def run(*command: str, folder: Path, **environment: str) -> str:
    """What a program prints; fails with it where the program does."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 0, f"{command}\n{said.decode()[-5000:]}"
    return said.decode()


def access(stack: Stack) -> dict[str, str]:
    return {"REKINDLE_URL": stack.url, "REKINDLE_TOKEN": stack.token}


async def test_a_python_client_is_generated_whole_and_works(stack: Stack, document: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("post_hooks: []\n")
    said = await run(
        *(str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--path", str(document)),
        *("--output-path", str(tmp_path / "rekindle_client"), "--meta", "none", "--config", str(tmp_path / "config.yml")),
        *("--fail-on-warning",),
        folder=tmp_path,
    )
    assert "Warning" not in said, said
    await run(sys.executable, "-m", "compileall", "-q", "rekindle_client", folder=tmp_path)

    shutil.copy(PROGRAMS / "client.py", tmp_path)
    assert await run(sys.executable, "client.py", folder=tmp_path, **access(stack)) == "done\n"


async def test_a_typescript_client_is_generated_compiles_strictly_and_works(stack: Stack, document: Path, tmp_path: Path) -> None:
    command = await asyncio.to_thread(node.installed)
    tools = node.MODULES
    (tmp_path / "node_modules").symlink_to(tools)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    await run(*command, str(tools / "openapi-typescript" / "bin" / "cli.js"), str(document), "-o", "api.d.ts", folder=tmp_path)
    shutil.copy(PROGRAMS / "client.ts", tmp_path)
    options: dict[str, Any] = {
        "strict": True, "noUncheckedIndexedAccess": True, "exactOptionalPropertyTypes": True, "target": "ES2022",
        "module": "ESNext", "moduleResolution": "bundler", "types": [], "lib": ["ES2022", "DOM", "DOM.Iterable"],
    }  # fmt: skip
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["client.ts"]}))
    await run(*command, str(tools / "typescript" / "bin" / "tsc"), "--project", ".", folder=tmp_path)

    assert await run(*command, "client.js", folder=tmp_path, **access(stack)) == "done\n"
