"""A draft is reviewed before it is sent; its text is kept nowhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.errors import CandidateUnknown
from services.engagement.domain.review import Draft, Kind, Review, fingerprint, review
from services.engagement.settings import EngagementSettings
from services.engagement.storage import message_reviews
from services.engagement.use_cases.reading import derived_now, person_streams
from services.engagement.use_cases.transactions import transact
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class Message:
    """What is asked about: the text, what it is meant to be, and to whom and about what it goes where that is known."""

    text: str
    kind: Kind
    candidate: UUID | None
    position: UUID | None
    known: Collection[str] | None


async def review_message(
    sessions: Sessions, message: Message, *, id: UUID, now: datetime, settings: EngagementSettings
) -> Review:
    """The review, which is kept under ``id`` as a fingerprint. Raises CandidateErased.

    A candidate of whom nothing has arrived yet is nobody who has shown interest.
    """
    places = fingerprint.fingerprint(message.text)

    async def work(session: AsyncSession) -> tuple[bool | None, bool]:
        streams, is_interested = await _recipient(session, message, now, settings)
        if places is None:
            return is_interested, False
        connection = await driver(session)
        sent = await message_reviews.sent_alike(connection, places, streams)
        await message_reviews.keep(connection, id, places)
        await message_reviews.forget_unsent(connection)
        return is_interested, any(fingerprint.resemblance(places, other) >= fingerprint.NEAR for other in sent)

    is_interested, is_near_copy = await transact(sessions, work)
    draft = Draft(message.text, message.kind, message.known, is_interested)
    return review(draft, is_near_copy=is_near_copy, most_words=settings.first_message_words)


async def _recipient(
    session: AsyncSession, message: Message, now: datetime, settings: EngagementSettings
) -> tuple[list[UUID], bool | None]:
    """The streams of the person, and whether they are interested in the position; None where it is not said which."""
    if message.candidate is None:
        return [], None
    try:
        streams = await person_streams(session, message.candidate)
    except CandidateUnknown:
        return [message.candidate], None if message.position is None else False
    own = [stream.candidate_id for stream in streams]
    if message.position is None:
        return own, None
    person = streams[0].person_id
    row = (await derived_now(session, [person], now=now, settings=settings))[person].rows.get(message.position)
    return own, row is not None and row.stage is not None and Stage(row.stage).order >= Stage.INTERESTED.order
