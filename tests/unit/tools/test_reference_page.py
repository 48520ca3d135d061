"""The reference page's file: of the version in the lock, verified, and stored once."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from rekindle.embedded.node import CannotUseNode
from tools import reference_page


def archive(script: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed:
        member = tarfile.TarInfo(reference_page.MEMBER)
        member.size = len(script)
        packed.addfile(member, io.BytesIO(script))
    return made.getvalue()


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """An archive whose integrity is in the lock."""
    packed = archive(b"let page")
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    entry = {"version": "1.2.3", "integrity": integrity}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": {f"node_modules/{reference_page.PACKAGE}": entry}}))
    monkeypatch.setattr(reference_page, "LOCK", tmp_path / "package-lock.json")
    monkeypatch.setattr(reference_page, "SCRIPT", tmp_path / "reference.js.gz")
    monkeypatch.setattr(reference_page, "STAMP", tmp_path / "reference.js.integrity")
    return packed


def test_the_one_file_is_stored_and_not_fetched_again(pinned: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not reference_page.is_current()

    reference_page.store(pinned, reference_page.pinned()[1])

    assert gzip.decompress(reference_page.SCRIPT.read_bytes()) == b"let page"
    assert reference_page.is_current()
    monkeypatch.setattr(reference_page, "fetch", lambda: pytest.fail("it is there already"))
    assert reference_page.main() == 0


def test_another_archive_is_refused(pinned: bytes) -> None:
    with pytest.raises(CannotUseNode, match=r"is not what package-lock\.json says"):
        reference_page.store(archive(b"something else"), reference_page.pinned()[1])

    assert not reference_page.SCRIPT.exists()


@pytest.mark.usefixtures("pinned")
def test_without_a_network_it_says_so_and_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise CannotUseNode("npm did not bring it (it said: no network).")

    monkeypatch.setattr(reference_page, "fetch", fail)

    assert reference_page.main() == 1
    assert "no network" in capsys.readouterr().err


def test_the_lock_of_the_project_names_it() -> None:
    version, integrity = reference_page.pinned()

    assert version[0].isdigit()
    assert integrity.startswith("sha512-")
