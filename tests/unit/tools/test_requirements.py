"""The lock belongs to the declarations it was made from."""

import json
from pathlib import Path

import pytest

from tools import requirements

PROJECT = """
[build-system]
requires = ["hatchling"]
[project]
requires-python = ">=3.11"
dependencies = ["fastapi"]
[project.optional-dependencies]
dev = {dev}
"""


def heading_with(folder: Path, monkeypatch: pytest.MonkeyPatch, *dev: str) -> str:
    (folder / "pyproject.toml").write_text(PROJECT.format(dev=json.dumps(dev)))
    monkeypatch.setattr(requirements, "ROOT", folder)
    return requirements.heading()


def test_the_heading_changes_with_the_dependencies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = heading_with(tmp_path, monkeypatch, "pytest")

    assert heading_with(tmp_path, monkeypatch, "pytest") == before
    assert heading_with(tmp_path, monkeypatch, "pytest", "ruff") != before


def test_a_forgotten_lock_is_found_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heading = heading_with(tmp_path, monkeypatch, "pytest")
    lock = tmp_path / "requirements.lock"
    lock.write_text(heading + "pytest==9\n")
    monkeypatch.setattr(requirements, "LOCK", lock)
    heading_with(tmp_path, monkeypatch, "pytest", "ruff")

    assert "make lock" in (requirements.check() or "")


def test_a_lock_that_resolves_otherwise_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(heading_with(tmp_path, monkeypatch) + "pytest==9\n")
    monkeypatch.setattr(requirements, "LOCK", lock)
    monkeypatch.setattr(requirements, "resolve", lambda *, upgrade: f"{requirements.heading()}pytest==10 {upgrade}")

    assert "not what pyproject.toml resolves to" in (requirements.check() or "")
