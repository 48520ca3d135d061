"""The whole running system, once for all end-to-end tests, and clients with tokens."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from rekindle.embedded.stack import Stack, running


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything, started as ``rekindle up`` does, on its own data folder and free ports."""
    async with running(data=tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a token of every scope."""
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def shared_data() -> Path:
    """The folder of real inputs written by others; the test is skipped where it is not there."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real inputs are not here: {folder} does not exist")
    return folder
