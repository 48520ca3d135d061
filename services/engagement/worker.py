"""The long-running parts of engagement: relay, consumers, reconciliation and clock."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.engagement.settings import EngagementSettings

Part = Callable[[asyncio.Event], Awaitable[None]]


def parts(settings: EngagementSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    settings = settings or EngagementSettings()
    return {}
