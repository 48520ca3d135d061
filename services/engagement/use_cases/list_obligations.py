"""What is owed, as recruiters read it: the longest due first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.storage import obligations, positions, streams
from services.engagement.storage.obligations import StoredObligation, WantedObligations
from services.engagement.storage.positions import KnownPosition
from services.engagement.use_cases.reading import references_of
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class ShownObligation:
    """An obligation, what senders call its person, and its position as far as it is known."""

    stored: StoredObligation
    references: Sequence[str]
    position: KnownPosition | None


async def list_obligations(
    sessions: Sessions,
    wanted: WantedObligations,
    *,
    candidate: UUID | None,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[ShownObligation], tuple[datetime, UUID] | None]:
    """A page as things stand at ``now``, and after which the next one begins; None on the last.

    ``candidate`` is any stream of a person whose obligations are wanted.
    """
    async with sessions.begin() as session:
        if candidate is not None:
            wanted = wanted.of((await streams.person_map(session, [candidate])).get(candidate, candidate))
        found = await obligations.page(session, wanted, now=now, after=after, limit=limit + 1)
        shown = await with_names(session, found[:limit])
    last = found[limit - 1].obligation if len(found) > limit else None
    return shown, None if last is None else (last.due_at, last.id)


async def with_names(session: AsyncSession, found: Sequence[StoredObligation]) -> list[ShownObligation]:
    """The obligations with what their persons and positions are called."""
    of_people = await streams.of_people(session, {one.obligation.person_id for one in found})
    about = {one.obligation.position_id for one in found if one.obligation.position_id is not None}
    known: Mapping[UUID, KnownPosition] = await positions.read(session, about) if about else {}
    return [
        ShownObligation(
            one,
            references_of(of_people.get(one.obligation.person_id, ())),
            None if one.obligation.position_id is None else known.get(one.obligation.position_id),
        )
        for one in found
    ]
