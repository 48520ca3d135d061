"""The worker: parts run until asked to stop, and a part that fails ends the process."""

import asyncio
import os
import signal

import pytest

from rekindle.runtime import worker


async def patient(stop: asyncio.Event) -> None:
    await stop.wait()


async def test_a_signal_stops_all_parts_and_all_is_well() -> None:
    finished = []

    async def one(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        finished.append("one")

    assert await worker.run({"one": one, "two": patient}, port=0)
    assert finished == ["one"]


async def test_a_part_that_raises_ends_the_process_and_lets_the_others_finish(
    caplog: pytest.LogCaptureFixture,
) -> None:
    finished = []

    async def failing(_stop: asyncio.Event) -> None:
        raise RuntimeError("the broker said no")

    async def other(stop: asyncio.Event) -> None:
        await stop.wait()
        finished.append("other")

    assert not await worker.run({"failing": failing, "other": other}, port=0)
    assert finished == ["other"]
    assert "failing failed" in caplog.text


async def test_a_part_that_ends_by_itself_ends_the_process() -> None:
    async def short(_stop: asyncio.Event) -> None:
        return

    assert not await worker.run({"short": short, "patient": patient}, port=0)


async def test_a_part_that_does_not_stop_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "STOPS_WITHIN", 0.05)
    cancelled = []

    async def deaf(_stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("deaf")
            raise

    async def failing(_stop: asyncio.Event) -> None:
        raise RuntimeError("no")

    assert not await worker.run({"deaf": deaf, "failing": failing}, port=0)
    assert cancelled == ["deaf"]
