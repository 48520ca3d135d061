"""The long-running part of the connectors: posting again what could not be posted, and erasing whom Rekindle has erased."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from services.connectors.rekindle_api import RekindleApi, open_client
from services.connectors.settings import ConnectorsSettings
from services.connectors.use_cases.confirm_erasures import confirm_erasures
from services.connectors.use_cases.reconsider_unmapped import reconsider_unmapped
from services.connectors.use_cases.retry_postings import retry_postings
from services.connectors.use_cases.understand_body import Reading
from shared.db.engine import Sessions, is_transient
from shared.shutdown import pause
from shared.worker import Part, service_parts

logger = logging.getLogger(__name__)

ERASURES_EVERY = 5.0
"""Seconds after which the API is asked again whom it has erased."""


def parts(settings: ConnectorsSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    own = settings or ConnectorsSettings()
    reading = Reading(own.mapping(), own.zone)

    async def retry(sessions: Sessions, stop: asyncio.Event) -> None:
        async with open_client(own.api_url or own.public_url, own.api_token.get_secret_value(), own.api_seconds) as client:
            erasures = RekindleApi(client, attempts=1) if own.api_token.get_secret_value() else None
            await _retry(sessions, RekindleApi(client), reading, stop, every=own.retry_seconds, erasures=erasures)

    return service_parts("connectors", own, [], also={"connectors.retry": retry})


async def _retry(
    sessions: Sessions,
    api: RekindleApi,
    reading: Reading,
    stop: asyncio.Event,
    *,
    every: float,
    erasures: RekindleApi | None = None,
) -> None:
    """Once at the start, read again what a new mapping file may explain; then post what is due, until it is stopped.

    Every few seconds, ``erasures`` is asked whom Rekindle has erased; None where it would not answer.
    """
    reconsidered = False
    asked_at = -ERASURES_EVERY
    while not stop.is_set():
        try:
            if not reconsidered:
                await reconsider_unmapped(sessions, reading, now=datetime.now(UTC))
                reconsidered = True
            while not stop.is_set() and await retry_postings(sessions, api, clock=lambda: datetime.now(UTC)):
                pass
            if erasures is not None and time.monotonic() - asked_at >= ERASURES_EVERY:
                asked_at = time.monotonic()
                await confirm_erasures(sessions, erasures)
        except Exception as fault:
            if not is_transient(fault):
                raise
            logger.warning("the connectors' database does not answer: %r", fault)
        await pause(stop, every)
