"""Reading engagement's page on a person: all that follows from the facts that are in the log at that moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.engagement.domain.choices import Choices, choices_of
from services.engagement.domain.contact import Reservation, state_of
from services.engagement.domain.derive import Derived, derive
from services.engagement.domain.queue import Presence
from services.engagement.domain.why_not import NotInQueue, why_not
from services.engagement.settings import EngagementSettings
from services.engagement.storage import contacts, log, obligations, people, positions
from services.engagement.storage.obligations import WantedObligations
from services.engagement.storage.positions import KnownPosition
from services.engagement.use_cases.list_obligations import ShownObligation, with_names
from services.engagement.use_cases.list_queue import Listed, positions_of
from services.engagement.use_cases.reading import person_streams, references_of
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions

MOST_OWED = 200


@dataclass(frozen=True, slots=True)
class Relationship:
    """Everything about one person. ``item`` is None where the queue does not show them; ``not_in_queue`` says why.

    ``owed`` is what was derived so far, the longest due first.
    """

    person_id: UUID
    references: list[str]
    derived: Derived
    positions: Mapping[UUID, KnownPosition]
    choices: Choices
    reservations: Sequence[Reservation]
    owed: Sequence[ShownObligation]
    item: Listed | None
    not_in_queue: Sequence[NotInQueue]


async def read_relationship(sessions: Sessions, candidate: UUID, *, now: datetime, settings: EngagementSettings) -> Relationship:
    """The page on the person that ``candidate`` is a stream of. Raises CandidateUnknown or CandidateErased."""
    async with sessions.begin() as session:
        of_person = await person_streams(session, candidate)
        person_id = of_person[0].person_id
        [person] = (await people.load(session, [person_id], now=now)).people
        derived = derive(person, settings.policy, now=now)
        about = positions_of(() if derived.item is None else [derived.item])
        named = await positions.read(session, {*derived.pursuits, *about})
        sources = {row.event_id: row.source for row in await log.of_streams(session, [one.candidate_id for one in of_person])}
        held = await contacts.live_reservations(await driver(session), [person_id], now)
        wanted = WantedObligations(person=person_id)
        owed = await with_names(session, await obligations.page(session, wanted, now=now, after=None, limit=MOST_OWED))
    references = references_of(of_person)
    titles = {of: position.title for of, position in named.items() if position.title is not None}
    return Relationship(
        person_id,
        references,
        derived,
        named,
        choices_of(person.facts, state_of(person.facts, derived.pursuits, settings.zone), sources),
        held.get(person_id, []),
        owed,
        _listed(derived, references, named),
        why_not(person, derived, settings.policy, now=now, titles=titles),
    )


def _listed(derived: Derived, references: Sequence[str], named: Mapping[UUID, KnownPosition]) -> Listed | None:
    item = derived.item
    return Listed(item, tuple(references), named) if item is not None and item.presence is Presence.LIVE else None
