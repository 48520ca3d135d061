"""`python -m tools.screenshots` makes the pictures of the README: the dashboard's main pages, with the demo, in both themes.

A stack of its own is started for it, in a folder that is thrown away, so that the pictures show what `make run` shows.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from rekindle.cli.http import call
from rekindle.cli.up import DEMO_SETTINGS, link_of
from rekindle.demo.posting import post_demo
from rekindle.embedded import dashboard
from rekindle.embedded.node import environment, installed
from rekindle.embedded.stack import Stack, running

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
POSITION = "demo:staff-engineer"


def _photograph(stack: Stack, node: list[str]) -> int:
    """The exit status of the script that opens the pages."""
    print(post_demo(stack.url, stack.token, stack.folder))
    call("GET", f"{stack.url}/v1/analytics/positions/{POSITION}/funnel?wait=20", token=stack.token)
    PICTURES.mkdir(exist_ok=True)
    command = [*node, "tests/pictures.mjs", link_of(stack, "maria"), POSITION, str(PICTURES)]
    return subprocess.call(command, cwd=dashboard.FOLDER, env=environment(node))


async def _main() -> int:
    node = installed(dashboard.FOLDER)
    dashboard.build()
    with tempfile.TemporaryDirectory() as folder:
        async with running(data=Path(folder) / "data", extra_env=DEMO_SETTINGS, say=print) as stack:
            return await asyncio.to_thread(_photograph, stack, node)


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
