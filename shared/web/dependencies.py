"""What routers take from the application: its sessions, its settings, whatever ``create_app`` keeps on its state."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from shared.db.engine import Sessions

T = TypeVar("T")


def of_state(name: str, kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that gives ``app.state.<name>``, which is a ``kind``."""

    async def taken(request: Request) -> T:
        value = getattr(request.app.state, name)
        assert isinstance(value, kind)
        return value

    return taken


SessionsDep = Annotated[Sessions, Depends(of_state("sessions", Sessions))]
