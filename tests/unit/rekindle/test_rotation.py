"""Logs stay small and keep their writers."""

from pathlib import Path

import pytest

from rekindle.embedded import rotation


def test_a_large_log_is_set_aside_and_its_writer_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "LARGEST_BYTES", 10)
    log = tmp_path / "kafka.log"
    with log.open("a") as writer:
        for number in range(5):
            writer.write(f"line {number} of some length\n")
            writer.flush()
            rotation.rotate_large(tmp_path)
        writer.write("small\n")
        writer.flush()
        rotation.rotate_large(tmp_path)

    assert log.read_text() == "small\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kafka.log", *(f"kafka.log.{n}" for n in (1, 2, 3))]
    assert (tmp_path / "kafka.log.1").read_text() == "line 4 of some length\n"


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kafka.log").write_text("small\n")

    rotation.rotate_large(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["kafka.log"]
