"""The other processes of this deployment, as the gateway asks them over HTTP: whether they go on, and for their metrics."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from shared.observability.health import Check
from shared.observability.heartbeats import SILENT_AFTER

ANSWER_SECONDS, METRICS_SECONDS = 2.0, 5.0
"""How long a process may take to say whether it is ready, and for its metrics, which ask databases and broker."""

logger = logging.getLogger(__name__)


class WorkerNotReady(Exception):
    """A process does not answer, or says that it is not ready; the message says why."""


class Workers:
    """The processes at some base URLs. A host name that stands for several processes is all of them."""

    def __init__(self, urls: Sequence[str], *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._urls = dict(zip(_names(urls), urls, strict=True))
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, transport=transport)

    @property
    def checks(self) -> Mapping[str, Check]:
        """A readiness check of each URL. It raises WorkerNotReady."""

        def check_of(url: str) -> Check:
            async def check() -> None:
                await asyncio.gather(*[self._be_ready(each) for each in await _addresses(url)])

            return check

        return {name: check_of(url) for name, url in self._urls.items()}

    async def metrics(self) -> dict[str, str]:
        """The metrics page of each process that answers, by name."""
        every: dict[str, str] = {}
        for name, url in self._urls.items():
            addresses = await _addresses(url)
            every |= {name if len(addresses) == 1 else f"{name}-{number}": each for number, each in enumerate(addresses)}
        pages = await asyncio.gather(*[self._metrics_of(url) for url in every.values()])
        return {name: page for name, page in zip(every, pages, strict=True) if page is not None}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _metrics_of(self, url: str) -> str | None:
        try:
            return (await self._client.get(f"{url}/metrics", timeout=METRICS_SECONDS)).text
        except httpx.HTTPError as error:
            logger.warning("%s does not give its metrics: %r", url, error)
            return None

    async def _be_ready(self, url: str) -> None:
        try:
            answer = await self._client.get(f"{url}/health/ready")
            health = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise WorkerNotReady(f"{url} does not answer: {type(error).__name__}") from error
        if health.get("status") == "ready":
            return
        silent = [
            f"{part} gave no sign of life for {seconds:.0f} s"
            for part, seconds in health.get("silent_seconds", {}).items()
            if seconds >= SILENT_AFTER
        ]
        failed = [f"{name}: {said}" for name, said in health.get("checks", {}).items() if said != "ok"]
        raise WorkerNotReady("; ".join(silent + failed) or f"{url} is {health.get('status')}")


def _names(urls: Sequence[str]) -> list[str]:
    """A name for each URL: its host's, or its number among those without one."""
    hosts = [urlsplit(url).hostname or "" for url in urls]
    bare = [host for host in hosts if _is_address(host)]
    numbers = iter(range(len(bare)))
    return [host if not _is_address(host) else "worker" if len(bare) == 1 else f"worker-{next(numbers)}" for host in hosts]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host in {"", "localhost"}
    return True


async def _addresses(url: str) -> list[str]:
    """The base URL of each process behind a URL's host name. A name that is not known stays as it is."""
    parts = urlsplit(url)
    if parts.hostname is None or _is_address(parts.hostname):
        return [url]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port, type=2)
    except OSError:
        return [url]
    hosts = sorted({str(entry[4][0]) for entry in found})
    return [f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{parts.port}" for host in hosts]
