"""Deliveries of one process that queue up to be posted: what comes while some are posted goes together afterwards."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from services.connectors.rekindle_api import RekindleApi
from services.connectors.use_cases.post_deliveries import post_deliveries
from services.connectors.use_cases.posted import LeasedDelivery
from shared.db.engine import Sessions

AT_ONCE = 200
"""Deliveries that are posted together."""


class PostingQueue:
    """Posts deliveries in order of arrival, those together that wait at the same time."""

    def __init__(self, sessions: Sessions, api: RekindleApi) -> None:
        self._sessions = sessions
        self._api = api
        self._waiting: list[tuple[LeasedDelivery, asyncio.Future[LeasedDelivery]]] = []
        self._posting: asyncio.Task[None] | None = None

    async def post(self, leased: Sequence[LeasedDelivery]) -> list[LeasedDelivery]:
        """The deliveries once they are posted; whoever stops waiting stops nothing. Raises what posting raised."""
        loop = asyncio.get_running_loop()
        results = [loop.create_future() for _ in leased]
        self._waiting += zip(leased, results, strict=True)
        if self._posting is None or self._posting.done():
            self._posting = asyncio.create_task(self._post_waiting())
        return list(await asyncio.gather(*results))

    async def close(self) -> None:
        """Wait for what is being posted."""
        if self._posting is not None:
            await self._posting

    async def _post_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                posted = await post_deliveries(self._sessions, self._api, [one for one, _ in batch], now=datetime.now(UTC))
            except Exception as fault:  # noqa: BLE001 - whoever waits for the result gets it
                for _, result in batch:
                    if not result.done():
                        result.set_exception(fault)
                continue
            after = {one.body_hash: one for one in posted}
            for one, result in batch:
                if not result.done():
                    result.set_result(after.get(one.body_hash, one))
