"""Kafka's jars are the pinned ones, whole or absent."""

import hashlib
import threading
from pathlib import Path

import pytest

from rekindle.embedded import jars
from rekindle.embedded.failures import CannotStart

CONTENT = {"kafka_2.13": b"the broker", "slf4j-api": b"the log"}
LOCKED = """
[[dependencies]]
groupId = "org.example"
artifactId = "{name}"
version = "4.3.1"
sha256 = "{sha256}"
"""


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock of two jars that a local Maven repository holds."""
    repository = tmp_path / "m2"
    entries = []
    for name, content in CONTENT.items():
        file = repository / "org" / "example" / name / "4.3.1" / f"{name}-4.3.1.jar"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        entries.append(LOCKED.format(name=name, sha256=hashlib.sha256(content).hexdigest()))
    monkeypatch.setenv("M2_REPO", str(repository))
    path = tmp_path / "jgo.lock.toml"
    path.write_text("".join(entries))
    return path


def test_the_project_pins_every_jar_by_hash_and_one_kafka() -> None:
    pinned = jars.pinned()
    kafka = {jar.version for jar in pinned if jar.group == "org.apache.kafka"}

    assert len(pinned) > 40
    assert all(len(jar.sha256) == 64 for jar in pinned)
    assert kafka == {jars.kafka_version()}, "a second version of Kafka's own jars would not run"
    assert "log4j-slf4j-impl" in {jar.artifact for jar in pinned}


def test_an_installed_folder_holds_the_pinned_jars_and_nothing_else(lock: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    folder = jars.installed(lock=lock, cache=tmp_path / "cache", progress=lambda *at: seen.append(at))

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        f"{name}-4.3.1.jar": content for name, content in CONTENT.items()
    }
    assert (seen[0], seen[-1]) == ((0, 2), (2, 2))


def test_several_installing_at_once_share_one_folder(lock: Path, tmp_path: Path) -> None:
    folders: list[Path] = []
    threads = [
        threading.Thread(target=lambda: folders.append(jars.installed(lock=lock, cache=tmp_path / "cache"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(folders) == 6
    assert len(set(folders)) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == [folders[0].name]


def test_a_jar_that_is_not_the_pinned_one_is_refused(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "empty"))
    monkeypatch.setattr(jars, "_download", lambda _jar, target: target.write_bytes(b"something else"))

    with pytest.raises(CannotStart, match=r"is not the file that jgo\.lock\.toml pins"):
        jars.installed(lock=lock, cache=tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_a_damaged_lock_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "jgo.lock.toml").write_text("dependencies = [{}]")

    with pytest.raises(CannotStart, match="restore it with `git checkout"):
        jars.pinned(tmp_path / "jgo.lock.toml")
