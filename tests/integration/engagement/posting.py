"""Making events the way an ATS would, and posting them; a test names only what matters to it."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import httpx

_numbers = count(1)


def event(
    kind: str = "pursuit.contacted", *, of: str = "ats:ada", at: str = "2026-03-02T09:15:00Z", **data: Any
) -> dict[str, Any]:
    """A valid event. A pursuit's is of position ats:job; ``position=None`` leaves it out, ``id`` and ``source`` name it."""
    named = {"source": data.pop("source", "ats"), "id": data.pop("id", f"event-{next(_numbers)}")}
    if kind.startswith("pursuit."):
        data.setdefault("position", "ats:job")
    if kind == "pursuit.contacted":
        data.setdefault("channel", "email")
    present = {name: value for name, value in data.items() if value is not None}
    return named | {"type": f"rekindle.{kind}", "subject": of, "time": at, "data": present}


def retraction(of: str, *, id: str, source: str = "ats", at: str = "2026-03-30") -> dict[str, Any]:
    """An event that takes another one back by its name."""
    made = event("event.retracted", of=of, at=at)
    return made | {"data": {"source": source, "id": id}}


class Ats:
    """A client with a token for engagement."""

    def __init__(self, client: httpx.AsyncClient, follow: Callable[[], Awaitable[None]]) -> None:
        self.client = client
        self.follow = follow

    async def post(self, body: Any, *, status: int | None = None) -> Any:
        """Post events; the body of the answer, which must have the status where one is given."""
        answer = await self.client.post("/v1/events", json=body)
        assert status is None or answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, *, status: int = 200, **params: Any) -> Any:
        """Read something; the body of the answer."""
        answer = await self.client.get(path, params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def pursuit(self, candidate: str = "ats:ada", position: str = "ats:job") -> Any:
        """The one pursuit of a candidate for a position."""
        (found,) = (await self.get("/v1/pursuits", candidate=candidate, position=position))["items"]
        return found

    async def pursuits(self, **params: Any) -> list[Any]:
        """Pursuits of a candidate, a position, or all, once everything that was posted is derived."""
        await self.follow()
        items: list[Any] = (await self.get("/v1/pursuits", **params))["items"]
        return items
