"""Take a reference off a person: the links that made it the same person are undone."""

from datetime import datetime

from services.candidates.domain.errors import CandidateErased, CandidateUnknown, NotLinked, VersionStale
from services.candidates.domain.links import parting
from services.candidates.domain.people import People, bring_up_to_date
from services.candidates.domain.versions import Condition, entity_tag
from services.candidates.storage import candidates, links, vetting
from services.candidates.use_cases.views import CandidateView, Redirected, candidate_view
from shared import outbox
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions
from shared.events import Topic
from shared.naming import Name
from shared.observability.tracing import current_traceparent


async def unlink_reference(
    sessions: Sessions, name: Name, other: Name, *, condition: Condition, shards: int, now: datetime
) -> CandidateView | Redirected:
    """Part ``other`` from the person; what is left of the person is returned, and each part has what its own streams stated.

    Raises CandidateUnknown, CandidateErased, NotLinked, VersionStale.
    """
    async with sessions.begin_raw(candidates.LOCK_MAP) as transaction:
        connection = transaction.connection
        streams = await candidates.lock_people(connection, {name.id})
        mine = streams.get(name.id)
        if mine is None or (streams[mine.person_id].record is None and mine.erased_at is None):
            raise CandidateUnknown.named(str(name))
        if mine.erased_at is not None:
            raise CandidateErased.of_id(mine.id)
        person = streams[mine.person_id]
        if name.reference is None and person.id != mine.id:
            return Redirected(person.id)
        tag = entity_tag(person.id, person.record_version)
        if not condition.allows_change(tag):
            raise VersionStale(f"The record is at version {tag}; read it again.")
        people = People(streams, await links.among(connection, streams.keys()))
        undone = parting(mine.id, other.id, people.links)
        if not undone:
            raise NotLinked(f"{other} is not linked to the candidate {name}.")
        people.part(undone)
        traceparent = current_traceparent()
        events = []
        for one in people.people():
            events += bring_up_to_date(one, people.members(one), now=now, traceparent=traceparent)
        writes = [*candidates.saving(streams.values()), *links.removing(undone)]
        writes += outbox.appending(Topic.CANDIDATES, events, shards=shards)
        transaction.id = await write_together(connection, writes)
        await write_together(connection, candidates.saving_past(people.people()))
        await write_together(connection, vetting.counting(people.people(), now=now))
    return candidate_view(people.person_of(mine.id), people.members_with(mine.id), streams.values())
