"""A pause ends when it is over or when a stop is asked for, and the part that pauses gives signs of life."""

import asyncio

import pytest

from shared import shutdown
from shared.observability.heartbeats import of_part, silences
from shared.shutdown import pause
from tests.waiting import eventually


@pytest.mark.parametrize("seconds", [0.0, 0.01])
async def test_a_pause_ends_when_it_is_over(seconds: float) -> None:
    began = asyncio.get_running_loop().time()
    await asyncio.wait_for(pause(asyncio.Event(), seconds), 5)

    assert asyncio.get_running_loop().time() - began >= seconds


async def test_a_stop_ends_a_pause_in_which_the_part_gave_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "BEAT_EVERY", 0.02)
    stop = asyncio.Event()
    beats: list[float] = []
    monkeypatch.setattr(shutdown, "beat", lambda: beats.append(0))
    pausing = asyncio.create_task(pause(stop, 3600))

    async def counted() -> int:
        return len(beats)

    await eventually(counted, lambda count: count >= 3)
    stop.set()
    await asyncio.wait({pausing}, timeout=5)

    assert pausing.done()


async def test_a_part_is_silent_from_its_last_beat_and_forgotten_at_its_end() -> None:
    with of_part("a.relay"):
        await pause(asyncio.Event(), 0)
        assert 0 <= silences()["a.relay"] < 5
    assert "a.relay" not in silences()
