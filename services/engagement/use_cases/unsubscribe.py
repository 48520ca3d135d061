"""A candidate ends a channel by a link, without a login."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.contact import is_unsubscribed
from services.engagement.domain.errors import CandidateErased
from services.engagement.domain.facts import PersonFact
from services.engagement.domain.incoming import LINK_SOURCE, Incoming, incoming
from services.engagement.domain.unsubscribe_links import PURPOSE, Link, read_link
from services.engagement.settings import EngagementSettings
from services.engagement.storage import link_keys, people, streams
from services.engagement.storage.appending import append
from services.engagement.use_cases.transactions import transact
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions, notify_after_commit
from shared.events import CandidateUnsubscribed


async def make_link(sessions: Sessions, link: Link) -> str:
    """The text of a link, the same each time. Raises CandidateErased."""

    async def work(session: AsyncSession) -> str:
        await _check_not_erased(session, link.candidate)
        return link.text(await link_keys.key_for(await driver(session), PURPOSE))

    return await transact(sessions, work)


async def look_at_link(sessions: Sessions, text: str) -> Link:
    """What a link is for; changes nothing. Raises LinkUnknown and CandidateErased."""
    async with sessions.begin() as session:
        link = read_link(await link_keys.key_for(await driver(session), PURPOSE), text)
        await _check_not_erased(session, link.candidate)
        return link


async def unsubscribe(sessions: Sessions, text: str, *, now: datetime, settings: EngagementSettings) -> Link:
    """Put on record that the candidate of the link wants nothing more by its channel, unless that is their last word already.

    Raises LinkUnknown and CandidateErased.
    """

    async def work(session: AsyncSession) -> Link:
        connection = await driver(session)
        link = read_link(await link_keys.key_for(connection, PURPOSE), text)
        await streams.share_map(session)
        await _check_not_erased(session, link.candidate)
        person = (await streams.person_map(session, [link.candidate])).get(link.candidate, link.candidate)
        await streams.lock_people(session, [person])
        loaded = await people.load(session, [person], now=now)
        own = [fact for one in loaded.people for fact in one.facts if fact.stream == link.candidate]
        if not is_unsubscribed(own, link.channel):
            event = _event(link, own, now)
            await append(connection, [event], received_at=now, shards=settings.partitions)
            notify_after_commit(session)
        return link

    return await transact(sessions, work)


def _event(link: Link, own: Sequence[PersonFact], now: datetime) -> Incoming:
    """The fact, with a number that no earlier one of the stream has."""
    number = 1 + sum(fact.type == CandidateUnsubscribed.type for fact in own)
    return incoming(
        CandidateUnsubscribed(channel=link.channel),
        source=LINK_SOURCE,
        external_id=f"{link.candidate}:{link.channel}:{number}",
        subject=str(link.candidate),
        time=now,
        received_at=now,
    )


async def _check_not_erased(session: AsyncSession, candidate: UUID) -> None:
    of_person = await streams.of_person(session, candidate)
    if any(stream.candidate_id == candidate and stream.erased_at is not None for stream in of_person):
        raise CandidateErased.of_stream(candidate)
