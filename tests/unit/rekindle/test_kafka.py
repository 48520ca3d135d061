"""The broker's command: the first one of a machine records what a start loads, later ones use it."""

from pathlib import Path

from rekindle.embedded.folder import DataFolder
from rekindle.embedded.kafka import Kafka


def broker(folder: Path) -> Kafka:
    return Kafka(DataFolder(folder / "data"), folder / "jars", {})


async def test_a_first_broker_records_what_it_loads_and_later_ones_use_it(tmp_path: Path) -> None:
    first = broker(tmp_path)
    (option,) = [word for word in first._java(record=True) if word.startswith("-XX:AOT")]
    output = Path(option.removeprefix("-XX:AOTCacheOutput="))
    assert not [word for word in first._java() if word.startswith("-XX:AOT")]

    output.write_bytes(b"classes")
    await first.keep_recording()

    (option,) = [word for word in broker(tmp_path)._java(record=True) if word.startswith("-XX:AOT")]
    used = Path(option.removeprefix("-XX:AOTCache="))
    assert used.read_bytes() == b"classes"
    assert not output.exists()


async def test_a_broker_that_was_killed_leaves_no_recording_and_the_next_one_records(tmp_path: Path) -> None:
    await broker(tmp_path).keep_recording()

    assert any(word.startswith("-XX:AOTCacheOutput=") for word in broker(tmp_path)._java(record=True))
