"""Take a reference off a person: the links that made it the same person are undone."""

from datetime import datetime

from services.candidates.domain.errors import CandidateErased, CandidateUnknown, NotLinked, VersionStale
from services.candidates.domain.links import parting
from services.candidates.domain.versions import Condition, entity_tag
from services.candidates.storage import candidates, links
from services.candidates.use_cases.naming import Name
from services.candidates.use_cases.recompute_people import learned_together, recompute_people
from services.candidates.use_cases.views import CandidateView, Redirected, candidate_view
from shared.db.engine import Sessions


async def unlink_reference(
    sessions: Sessions, name: Name, other: Name, *, condition: Condition, shards: int, now: datetime
) -> CandidateView | Redirected:
    """Part ``other`` from the person; what is left of the person is returned, each part has what its own streams were told.

    Raises CandidateUnknown, CandidateErased, NotLinked, VersionStale.
    """
    async with sessions.begin() as session:
        streams = await candidates.lock_people(session, {name.id, other.id})
        mine = streams.get(name.id)
        if mine is None or (streams[mine.person_id].record is None and mine.erased_at is None):
            raise CandidateUnknown.named(str(name))
        if mine.erased_at is not None:
            raise CandidateErased.of_id(mine.id)
        stands = streams[mine.person_id]
        if name.reference is None and stands.id != mine.id:
            return Redirected(stands.id)
        if not condition.allows_change(entity_tag(stands.id, stands.record_version)):
            raise VersionStale(f"The record is at version {entity_tag(stands.id, stands.record_version)}; read it again.")
        undone = parting(mine.id, other.id, await links.among(session, streams))
        if not undone:
            raise NotLinked(f"{other} is not linked to the candidate {name}.")
        await links.remove(session, undone)
        live = {stream.id: stream for stream in streams.values() if stream.erased_at is None}
        await recompute_people(session, live, now=now, shards=shards)
    stands = streams[mine.person_id]
    person = [stream for stream in streams.values() if stream.person_id == stands.id]
    return candidate_view(stands, live.values(), learned_together(person))
