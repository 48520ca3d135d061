"""Forgetting streams: nothing that was said of them is kept, and candidates gets the confirmation, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.storage import announcements, log, obligations, people, policy_breaches, queue_log, streams
from shared import outbox
from shared.db.asyncpg_connection import driver
from shared.erasures import Removed, confirmations
from shared.events import EventRetracted, Topic
from shared.inbox.forgetting import forget_kept_records
from shared.outbox.forgetting import forget_waiting
from shared.web.kept_answers import forget_answers


async def erase_streams(
    session: AsyncSession, erased: Mapping[UUID, UUID | None], person_of: Mapping[UUID, UUID], *, now: datetime
) -> None:
    """Erase streams, each for its erasure, and confirm it. The caller holds the map of streams to persons exclusively.

    Erased again, what was removed the first time counts. What is derived of a person goes with the last of the streams.
    """
    connection, removed = await driver(session), Removed()
    removed.add("events", await log.scrub(session, erased))
    # Of a person whose streams are erased one by one, something may have been done with the item in between.
    concerned = {*erased, *await streams.erased_of(session, person_of.values())}
    removed.add("queue_log_entries", await queue_log.scrub(session, concerned))
    removed.add("obligations", await obligations.forget(session, erased))
    removed.add("policy_breaches", await policy_breaches.forget(session, erased))
    removed.add("announcements", await announcements.scrub(session, [queue_log.stub(stream) for stream in erased]))
    await forget_waiting(connection, Topic.ENGAGEMENT, erased, removed, lambda event, _: EventRetracted(event=event))
    await forget_waiting(connection, Topic.REENGAGEMENT, concerned, removed, lambda _, stream: queue_log.stub(stream))
    await forget_kept_records(connection, erased, removed)
    removed.add("kept_answers", await forget_answers(session, concerned))
    await streams.erase(session, erased, now)
    stream_of = {person_of[stream]: stream for stream in erased} | {stream: stream for stream in erased}
    for kind, persons in (await people.forget_erased(session, stream_of)).items():
        removed.add(kind, [stream_of[person] for person in persons])
    totals = await streams.add_removed(session, {stream: removed.of(stream) for stream in erased})
    await outbox.append(session, Topic.CONTROL, confirmations("engagement", erased, totals, now=now), shards=1)
