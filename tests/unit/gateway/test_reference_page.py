"""The page at /docs: everything from here, and a browser that is told to fetch nothing else."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from rekindle.runtime.serve import create_app
from services.gateway import reference
from services.gateway.behaviour import behaviour
from shared.events.vocabulary import Reason


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app({})), base_url="http://gateway")


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "reference.js.gz"
    made.write_bytes(gzip.compress(b"window.Scalar = {}"))
    monkeypatch.setattr(reference, "SCRIPT", made)
    return made


@pytest.mark.usefixtures("script")
async def test_the_page_and_all_that_it_needs_come_from_here() -> None:
    async with client() as asking:
        page = await asking.get("/docs")
        scripts = [await asking.get(path) for path in re.findall(r'<script src="([^"]+)"', page.text)]

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"https?://", page.text)
    assert [one.status_code for one in scripts] == [200, 200]
    assert scripts[0].text == "window.Scalar = {}"
    assert {"telemetry: false", "withDefaultFonts: false", "agent: { disabled: true }"} <= {
        line.strip().rstrip(",") for line in scripts[1].text.splitlines()
    }


async def test_without_its_script_the_page_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reference, "SCRIPT", tmp_path / "none")
    async with client() as asking:
        page, script = await asking.get("/docs"), await asking.get("/docs/reference.js")

    assert "make setup" in page.text
    assert '<a href="/openapi.json">' in page.text
    assert script.status_code == 404


async def test_the_document_begins_with_how_the_api_behaves() -> None:
    async with client() as asking:
        description = (await asking.get("/openapi.json")).json()["info"]["description"]

    assert description == behaviour()
    assert all(f"| {reason} |" in description for reason in Reason)
    assert all(word in description for word in ("Idempotency-Key", "next_cursor", "`after`", "problem+json", "`/v1`", "8 MiB"))
