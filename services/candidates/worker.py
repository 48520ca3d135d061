"""The long-running parts of candidates: its relay, its consumers, and imports."""

import asyncio
from collections.abc import Mapping

from services.candidates.api.import_bodies import row_reader
from services.candidates.consumers import subscriptions
from services.candidates.settings import CandidatesSettings
from services.candidates.storage.file_store import FileStore
from services.candidates.use_cases.holdings import TOPICS
from services.candidates.use_cases.retention import Eraser, RetentionClock
from services.candidates.use_cases.run_imports import ImportRunner
from shared.db.engine import Sessions
from shared.worker import Part, service_parts


def parts(settings: CandidatesSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set.

    While records change steadily the relay publishes every three windows: each batch of them wakes every reader, and none of them
    is waited for as events are. One that comes alone is published at once.
    """
    own = settings or CandidatesSettings()
    retained = own.retention_policy  # a wrong file of rules stops the start

    async def import_people(sessions: Sessions, stop: asyncio.Event) -> None:
        runner = ImportRunner(sessions, row_reader(own), own.partitions, own.import_keeps, FileStore(own.files_url))
        await runner.run(stop)

    async def erase_due(sessions: Sessions, stop: asyncio.Event) -> None:
        eraser = Eraser(sessions, FileStore(own.files_url), retained, own.erasure_services, own.partitions)
        await RetentionClock(eraser).run(stop)

    also = {"candidates.imports": import_people}
    if own.retention_erases:
        also["candidates.retention"] = erase_due
    return service_parts(
        "candidates",
        own,
        subscriptions(own),
        publishes=TOPICS,
        relay_windows=3,
        also=also,
    )
