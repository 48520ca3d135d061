"""The first installation: what is believed complete, what is told to whom."""

import subprocess
from collections import namedtuple
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tools import bootstrap


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", folder)
    monkeypatch.setattr(bootstrap, "PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", folder / ".installed")
    monkeypatch.setattr(bootstrap, "UNFINISHED", folder / ".unfinished")
    return folder


def test_a_complete_installation_is_recognised(venv: Path) -> None:
    (venv / ".installed").write_text(bootstrap.wanted() + "\n")

    assert bootstrap.installed() == bootstrap.wanted()


@pytest.mark.parametrize("missing", ["bin/python", ".installed"])
def test_an_installation_without_its_parts_is_none(venv: Path, missing: str) -> None:
    (venv / ".installed").write_text(bootstrap.wanted())
    (venv / missing).unlink()

    assert bootstrap.installed() == ""


def test_an_installation_that_was_cut_short_is_made_anew(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (venv / ".installed").write_text(bootstrap.wanted())
    (venv / ".unfinished").touch()
    (venv / "half-written").touch()
    commands: list[Sequence[str]] = []

    def run(command: Sequence[str], **_options: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        assert (venv / ".unfinished").exists(), "cut short now, it must not be believed"
        return subprocess.CompletedProcess(command, 0, b"")

    monkeypatch.setattr(subprocess, "run", run)

    assert bootstrap.installed() == ""
    bootstrap.create_environment()
    assert not (venv / "half-written").exists()
    assert [command[1:3] for command in commands] == [["-m", "venv"]]
    assert (venv / ".unfinished").exists()


def test_ensure_installs_once_and_is_immediate_afterwards(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installations = []
    monkeypatch.setattr(bootstrap, "install", lambda: installations.append(1))
    pages: list[int] = []
    monkeypatch.setattr(bootstrap, "page_is_current", lambda: bool(pages))
    monkeypatch.setattr(bootstrap, "fetch_page", lambda: pages.append(1))

    bootstrap.ensure()
    bootstrap.ensure()

    assert installations == [1]
    assert pages == [1]
    assert not (venv / ".unfinished").exists()


def test_a_missing_venv_module_is_told_in_one_sentence(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (venv / "bin" / "python").unlink()
    failed = subprocess.CompletedProcess([], 1, b"Traceback\nensurepip is not available\n")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: failed)

    with pytest.raises(bootstrap.CannotInstall, match=r"python3-venv.*ensurepip is not available"):
        bootstrap.create_environment()
    assert not venv.exists()


def test_an_old_python_without_a_newer_one_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    version = namedtuple("version", "major minor micro")
    monkeypatch.setattr("sys.version_info", version(3, 9, 2))
    monkeypatch.setattr(bootstrap, "newer_python", lambda: "")

    assert bootstrap.main() == 1
    assert "needs Python 3.11 or newer and this is 3.9" in capsys.readouterr().err


def test_the_lock_pins_the_installer_by_hash() -> None:
    assert bootstrap.pinned("uv").startswith("uv==")
    assert "--hash=sha256:" in bootstrap.pinned("uv")
    with pytest.raises(bootstrap.CannotInstall):
        bootstrap.pinned("no-such-package")


def test_uv_uses_the_index_that_pip_was_told_to_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed = f"global.index-url='https://mirror.test/simple'\n:env:.find-links='{tmp_path} /no/such/folder'\n"
    answer = subprocess.CompletedProcess([], 0, listed.encode())
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: answer)
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)

    environment = bootstrap.index_environment()

    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.test/simple"
    assert environment["UV_FIND_LINKS"] == str(tmp_path)
