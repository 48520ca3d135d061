"""Contacts that broke a rule, as recruiters read them: the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.engagement.domain.contact import Breach
from services.engagement.storage import policy_breaches, streams
from services.engagement.storage.policy_breaches import WantedBreaches
from services.engagement.use_cases.reading import references_of
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class ShownBreach:
    """A breach, and what senders call its person."""

    breach: Breach
    references: Sequence[str]


async def list_policy_breaches(
    sessions: Sessions,
    wanted: WantedBreaches,
    *,
    candidate: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[ShownBreach], tuple[datetime, UUID] | None]:
    """A page, and before which the next one begins; None on the last. ``candidate`` is any stream of a person."""
    async with sessions.begin() as session:
        person = None if candidate is None else (await streams.person_map(session, [candidate])).get(candidate, candidate)
        found = await policy_breaches.page(session, wanted, person=person, before=before, limit=limit + 1)
        of_people = await streams.of_people(session, {one.person_id for one in found})
    shown = [ShownBreach(one, references_of(of_people.get(one.person_id, ()))) for one in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return shown, None if last is None else (last.made_at, last.id)
