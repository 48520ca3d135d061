"""A task that is cancelled ends, whatever it waited for was done at the same moment."""

import asyncio
import re
from pathlib import Path

import pytest

from rekindle.embedded import supervisor
from rekindle.embedded.part import Part

ROOT = Path(__file__).parents[3]
WAITS_FOR = re.compile(r"asyncio\.wait_for\(")
"""In Python 3.11 it swallows a cancellation that arrives together with the result; ``asyncio.timeout`` does not."""


async def _answers() -> bool:
    return True


@pytest.mark.parametrize("steps", range(6))
async def test_asking_a_part_ends_when_cancelled_at_any_step(tmp_path: Path, steps: int) -> None:
    async def ready(_pid: int) -> bool:
        return True

    part = Part(name="part", command=(), log=tmp_path / "log", ready=ready, ready_within=1, stops_within=1, answers=_answers)
    asking = asyncio.create_task(supervisor._answers(part))
    for _ in range(steps):
        await asyncio.sleep(0)
    was_done = asking.done()
    asking.cancel()

    await asyncio.wait({asking}, timeout=10)

    assert asking.cancelled() is not was_done


def test_nobody_waits_in_a_way_that_swallows_a_cancellation() -> None:
    files = [file for folder in ("shared", "services", "rekindle") for file in (ROOT / folder).rglob("*.py")]
    found = [str(file.relative_to(ROOT)) for file in files if WAITS_FOR.search(file.read_text(encoding="utf-8"))]

    assert len(files) > 300
    assert found == []
