"""The README's story is true: its lines, run as they stand there, give what it says."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rekindle.embedded.stack import Stack

README = Path(__file__).parents[2] / "README.md"


def story() -> str:
    """The shell lines of the README, but for the claim, which would take somebody else's item."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    lines = "".join(blocks).splitlines()
    return "\n".join(line for line in lines if "/queue/claims" not in line)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's lines need curl, which is not installed")
async def test_the_story_in_curl_is_true(stack: Stack, tmp_path: Path) -> None:
    script = story().replace("http://127.0.0.1:8080", stack.url)
    script, tokens = re.subn(r"TOKEN=\$\(.*?\)\n", f"TOKEN={stack.token}\n", script, flags=re.DOTALL)
    assert tokens == 1

    outcome = await asyncio.to_thread(
        subprocess.run, ["bash", "-euc", script], cwd=tmp_path, capture_output=True, timeout=120, check=True
    )

    answers = outcome.stdout.decode()
    assert '"soft_no":1' in answers
    assert '"uninterested":1' in answers
    assert '"declines":{"salary":1}' in answers
    assert (
        '"explanation":"declined for salary at 110,000 EUR in March 2025; replied within a week after the first touch"' in answers
    )
    assert '"due_at":"2025-09-05T08:00:00Z"' in answers
