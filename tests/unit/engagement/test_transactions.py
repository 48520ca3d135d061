"""Work that comes chunk after chunk is no part that hangs."""

import time

import pytest

from services.engagement.use_cases.transactions import retry
from shared.observability.heartbeats import of_part, silences


async def test_each_try_of_a_transaction_is_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)

    async def chunk() -> float:
        return silences()["clock"]

    with of_part("clock"):
        for _ in range(3):
            moment += 20
            assert await retry(chunk) == 0
