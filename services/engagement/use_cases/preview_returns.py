"""Whom a position would bring back, as it is, after a change, and after each further step: nothing is stored."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.engagement.domain.derive import Policy
from services.engagement.domain.errors import PositionUnknown
from services.engagement.domain.matching import Candidate, Match, Opening, PositionState, match_of
from services.engagement.domain.matching.preview import Step, as_if_open, steps_from
from services.engagement.settings import EngagementSettings
from services.engagement.storage import matching, openings, streams
from services.engagement.storage.compared_people import candidates_of
from services.engagement.use_cases.reading import references_of
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events.vocabulary import Reason

CHUNK = 1000
IN_ONE_GO = 50
"""So many persons are compared before the other tasks of the process have their turn."""


@dataclass(slots=True)
class Tally:
    """Whom a position brings back: how each, by person."""

    matches: dict[UUID, Match] = field(default_factory=dict)

    @property
    def by_reason(self) -> Mapping[Reason, int]:
        """How many persons, by the reason that the position meets, the most frequent first."""
        return dict(Counter(match.reason for match in self.matches.values()).most_common())


@dataclass(frozen=True, slots=True)
class Preview:
    """``now`` is the position as it is, ``changed`` with the changes; each step with how many it would bring, and how many more.

    ``page`` are persons whom the changed position brings back, with what senders call them.
    """

    now: Tally
    changed: Tally
    steps: Sequence[tuple[Step, Tally]]
    page: Sequence[tuple[UUID, list[str], Match]]
    following: UUID | None


async def preview_returns(
    sessions: Sessions,
    position: UUID,
    change: Callable[[PositionState], PositionState],
    *,
    after: UUID | None,
    limit: int,
    now: datetime,
    settings: EngagementSettings,
) -> Preview:
    """Compare everybody with the position as it is, as ``change`` makes it, and one step further. Raises PositionUnknown."""
    policy = settings.policy
    async with sessions.begin() as session:
        connection = await driver(session)
        known = (await openings.before(connection, [position])).get(position)
        if known is None or known.content is None:
            raise PositionUnknown(f"No record of the position {position} has arrived here.")
        state = PositionState.of(position, known.content)
        changed = change(as_if_open(state))
        steps = list(steps_from(changed))
        opened_at = datetime.fromisoformat(known.states[0]["at"]) if known.states else now
        variants = [_Variant(one, now, opened_at) for one in (state, changed, *(step.position for step in steps))]
        for variant in variants:
            variant.people = await matching.people_it_may_bring(connection, variant.position, policy.rates, now=now)
        everybody = sorted(set().union(*(variant.people for variant in variants)))
        for first in range(0, len(everybody), CHUNK):
            await _compare(await candidates_of(session, everybody[first : first + CHUNK]), variants, policy)
        as_is, with_change, *further = (variant.tally for variant in variants)
        wanted = sorted(person for person in with_change.matches if after is None or person > after)
        page = wanted[:limit]
        found = await streams.of_people(session, page)
    return Preview(
        now=as_is,
        changed=with_change,
        steps=list(zip(steps, further, strict=True)),
        page=[(person, references_of(found.get(person, ())), with_change.matches[person]) for person in page],
        following=page[-1] if len(wanted) > limit else None,
    )


class _Variant:
    """A position as it might be, and whom it brings back."""

    def __init__(self, position: PositionState, now: datetime, opened_at: datetime) -> None:
        self.position = position
        self.opening = Opening([(now, position)], opened_at)
        self.people: set[UUID] = set()
        self.tally = Tally()


async def _compare(candidates: Mapping[UUID, Candidate], variants: Sequence[_Variant], policy: Policy) -> None:
    for number, (person, candidate) in enumerate(candidates.items()):
        for variant in variants:
            match = match_of(candidate, variant.opening, policy.rates, policy.returns.zone) if person in variant.people else None
            if match is not None:
                variant.tally.matches[person] = match
        if number % IN_ONE_GO == 0:
            await asyncio.sleep(0)
