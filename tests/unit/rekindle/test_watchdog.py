"""The watchdog: how long a part has given no sign, as one judges who may have stood still oneself."""

import threading
from collections.abc import Mapping

import pytest

from rekindle.runtime import watchdog
from rekindle.runtime.watchdog import SilenceMeter
from shared.observability.heartbeats import HUNG_AFTER


def readings(*seconds: float) -> list[float]:
    meter = SilenceMeter(every=5)
    return [meter.observe(found) for found in seconds]


def test_silence_is_what_the_part_says_while_it_grows_with_the_looks() -> None:
    assert readings(1, 6, 11, 16, 21, 26, 31)[-1] >= HUNG_AFTER
    assert readings(4, 0.1, 4.9) == [4, 0.1, 4.9]


def test_a_machine_that_slept_makes_no_part_hang() -> None:
    assert max(readings(0.2, 3600, 0.1)) < HUNG_AFTER


def test_a_part_that_hangs_on_after_the_machine_slept_is_found() -> None:
    assert readings(0.2, 3600, 3605, 3610, 3615)[-1] >= HUNG_AFTER


def test_the_process_ends_once_a_part_hangs_and_says_which(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ended = threading.Event()
    silent = {"engagement.relay": 0.0, "engagement.clock": 0.001}

    def silences() -> Mapping[str, float]:
        silent["engagement.relay"] += 8
        return silent

    monkeypatch.setattr(watchdog, "silences", silences)

    watchdog.start(every=0.001, most=0.02, end=ended.set)

    assert ended.wait(10)
    assert "engagement.relay gave no sign of life" in caplog.text
    assert "engagement.clock" not in caplog.text
