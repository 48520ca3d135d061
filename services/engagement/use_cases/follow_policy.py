"""Deriving everybody anew after a rule changed: in the background, in chunks, each of which is a transaction."""

import hashlib
import time
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Policy
from services.engagement.settings import EngagementSettings
from services.engagement.storage import rederivation, streams
from services.engagement.use_cases.derive_people import CHUNK, derive_people
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions

SECONDS_IN_ONE_GO = 1.0
"""So long it works before what is due has its turn."""


def fingerprint_of(policy: Policy) -> str:
    """The same for the same rules, in every process."""
    return hashlib.sha256(repr(policy).encode()).hexdigest()


async def notice_policy(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> None:
    """At the start: where the rules are others than those that were seen last, everybody is to be derived anew."""
    await transact(sessions, lambda session: rederivation.begin(session, fingerprint_of(settings.policy), now))


async def follow_policy(
    sessions: Sessions, *, now: datetime, settings: EngagementSettings, seconds: float = SECONDS_IN_ONE_GO
) -> int:
    """Derive the next persons by the rules of now, for some seconds; returns how many. Where it stopped, it goes on."""

    async def work(session: AsyncSession) -> int:
        await streams.share_map(session)
        people = await rederivation.next_people(session, CHUNK)
        await derive_people(session, people, now=now, settings=settings)
        await rederivation.move(session, people, CHUNK)
        return len(people)

    ends, count = time.monotonic() + seconds, 0
    while True:
        done = await transact(sessions, work)
        count += done
        if done < CHUNK or time.monotonic() >= ends:
            return count
