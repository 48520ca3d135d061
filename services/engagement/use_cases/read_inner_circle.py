"""The inner circle: to whom a personal word is owed, and how many people each recruiter keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.engagement.domain.derive import pursuits_of
from services.engagement.domain.errors import CircleTooLarge
from services.engagement.domain.inner_circle import InnerPerson, inner_person
from services.engagement.settings import EngagementSettings
from services.engagement.storage import inner_circle, people, streams
from services.engagement.use_cases.reading import references_of
from shared.attempts import hard_nos
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions

CHUNK = 50
"""People whose facts are read and folded at once; in between others have their turn."""
MOST = 5_000
"""People of the circle who are folded for an answer."""
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class InnerPage:
    """A page, what its people are called, and after which place the next one begins; None on the last."""

    items: Sequence[InnerPerson]
    references: Mapping[UUID, list[str]]
    following: Place | None


async def read_inner_circle(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> list[InnerPerson]:
    """Everybody in it but whom we employ, and against whom a hard no holds; who has waited longest for a word first.

    Folded from what is in the log at that moment. Raises CircleTooLarge.
    """
    found: list[InnerPerson] = []
    async with sessions.begin() as session:
        inner = await inner_circle.people(await driver(session), limit=MOST + 1)
        if len(inner) > MOST:
            raise CircleTooLarge(f"More than {MOST:,} people are in the inner circle, and no more are looked at for an answer.")
        for start in range(0, len(inner), CHUNK):
            for person in (await people.load(session, inner[start : start + CHUNK], now=now)).people:
                pursuits = pursuits_of(person, settings.policy, now=now).values()
                is_employed = any(attempt.is_employed for pursuit in pursuits for attempt in pursuit.attempts)
                if not is_employed and not hard_nos(person.facts):
                    found.append(inner_person(person.id, person.facts, now))
    return sorted(found, key=lambda one: one.place)


async def list_owed_words(
    sessions: Sessions,
    *,
    recruiter: str | None,
    after: Place | None,
    limit: int,
    now: datetime,
    settings: EngagementSettings,
) -> InnerPage:
    """To whom a personal word is owed, by whomever or by a recruiter; who has waited longest first. Raises CircleTooLarge."""
    circle = await read_inner_circle(sessions, now=now, settings=settings)
    owed = [
        one
        for one in circle
        if one.is_owed(now, settings.word_within)
        and (recruiter is None or one.recruiter == recruiter)
        and (after is None or one.place > after)
    ]
    page = owed[:limit]
    async with sessions.begin() as session:
        of_people = await streams.of_people(session, [one.person_id for one in page])
    return InnerPage(
        page,
        {person: references_of(of) for person, of in of_people.items()},
        page[-1].place if len(owed) > limit else None,
    )
