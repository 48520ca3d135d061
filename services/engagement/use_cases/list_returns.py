"""The return plans as they are read: of a person, of a position, or all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.engagement.domain.return_plans import PlanRow
from services.engagement.storage import positions, return_plans, streams
from services.engagement.storage.positions import KnownPosition
from services.engagement.storage.return_plans import FIRST, Place
from services.engagement.use_cases.reading import person_streams, references_of
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class ListedPlans:
    """Some plans, what senders call their persons, their positions as far as they are known, and where the next page begins."""

    plans: Sequence[PlanRow]
    references: Mapping[UUID, list[str]]
    positions: Mapping[UUID, KnownPosition]
    following: Place | None


async def list_returns(
    sessions: Sessions, *, candidate: UUID | None, position: UUID | None, after: Place | None, limit: int
) -> ListedPlans:
    """A page of plans by person, position and attempt. Raises CandidateUnknown or CandidateErased."""
    async with sessions.begin() as session:
        person = None if candidate is None else (await person_streams(session, candidate))[0].person_id
        found = await return_plans.page(session, person=person, position=position, after=after or FIRST, limit=limit + 1)
        plans = found[:limit]
        of_people = await streams.of_people(session, {plan.person_id for plan in plans})
        known = await positions.read(session, {plan.position_id for plan in plans})
    references = {person: references_of(of_person) for person, of_person in of_people.items()}
    last = plans[-1] if len(found) > limit else None
    following = None if last is None else Place(last.person_id, last.position_id, last.attempt)
    return ListedPlans(plans, references, known, following)
