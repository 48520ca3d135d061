"""The data folder: versions, owners, secrets, space."""

import errno
import json
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from rekindle.embedded.failures import CannotStart, of_os_error
from rekindle.embedded.folder import LAYOUT, POSTGRESQL_MAJOR, DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def written(folder: DataFolder, **changes: str) -> None:
    version = {"layout": str(LAYOUT), "postgresql": POSTGRESQL_MAJOR, "kafka": "4.3.1", **changes}
    folder.version.write_text(json.dumps(version))


def test_a_new_folder_is_signed_with_its_versions(folder: DataFolder) -> None:
    folder.check_version("4.3.1")

    assert json.loads(folder.version.read_text()) == {
        "layout": str(LAYOUT), "postgresql": POSTGRESQL_MAJOR, "kafka": "4.3.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "found"), [("postgresql", "17"), ("layout", "99"), ("kafka", "4.4.0"), ("kafka", "3.9.1"), ("kafka", "x")]
)
def test_a_folder_of_another_version_is_refused(folder: DataFolder, what: str, found: str) -> None:
    written(folder, **{what: found})

    with pytest.raises(CannotStart, match=rf"was written with {what} {found} .* choose another folder with --data DIR"):
        folder.check_version("4.3.1")


def test_a_folder_of_an_older_release_of_kafka_is_taken_over(folder: DataFolder) -> None:
    written(folder, kafka="4.2.0")

    folder.check_version("4.3.1")

    assert json.loads(folder.version.read_text())["kafka"] == "4.3.1"


def test_a_damaged_file_is_told_in_one_sentence(folder: DataFolder) -> None:
    folder.version.write_text("{")

    with pytest.raises(CannotStart, match="is damaged"):
        folder.check_version("4.3.1")


def test_a_folder_has_one_owner_at_a_time(folder: DataFolder) -> None:
    with folder.in_use():
        assert folder.is_in_use()
        with pytest.raises(CannotStart, match="is in use by a stack that runs already"), folder.in_use():
            pass
    assert not folder.is_in_use()


def test_a_full_disk_is_told_before_anything_starts(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10, 9, 1))

    with pytest.raises(CannotStart, match=r"The disk of .* is full: free at least 500 MB"), folder.in_use():
        pass


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "is full"), (errno.EACCES, "fix its permissions"), (errno.EIO, "Input/output error")],
)
def test_what_the_system_refuses_becomes_a_sentence(number: int, sentence: str, tmp_path: Path) -> None:
    error = OSError(number, "Input/output error", str(tmp_path / "file"))

    assert sentence in str(of_os_error(error, tmp_path))


def test_secrets_are_made_once_and_for_the_owner_alone(folder: DataFolder) -> None:
    first = folder.remember("passwords", {"engagement": "a"})
    second = folder.remember("passwords", {"engagement": "b", "analytics": "c"})

    assert first == {"engagement": "a"}
    assert second == {"engagement": "a", "analytics": "c"}
    assert folder.recall("passwords") == second
    assert stat.S_IMODE((folder.path / "passwords.json").stat().st_mode) == 0o600


def test_a_stack_that_ended_without_a_word_does_not_run(folder: DataFolder) -> None:
    folder.write(folder.run, {"supervisor": 1})

    assert folder.running() == {}
    assert folder.left_behind() == {"supervisor": 1}


def test_a_preferred_port_is_taken_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: set[int] = set()
    monkeypatch.setattr("rekindle.embedded.folder.is_free", lambda port: port not in taken)
    monkeypatch.setattr("rekindle.embedded.ports.is_free", lambda port: port not in taken)
    data = DataFolder(tmp_path)

    assert data.port("kafka", preferred=9092) == 9092
    assert data.port("kafka") == 9092
    taken.add(9092)
    other = data.port("kafka", preferred=9092)
    assert other != 9092
    assert data.port("kafka", preferred=9092) == other
