"""Forget a person: everything that was stored of any of the person's streams, for good."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from services.candidates.domain.errors import ErasureUnknown
from services.candidates.domain.learning import NOTHING
from services.candidates.storage import candidates, erasures, evidence, history, links
from services.candidates.storage.candidates import Stream
from services.candidates.storage.erasures import Erasure
from services.candidates.use_cases.naming import Name
from services.candidates.use_cases.recompute_people import publish
from shared import outbox
from shared.db.engine import Sessions
from shared.events import CandidateErased, Topic
from shared.ids import NAMESPACE
from shared.web.kept_answers import forget_answers


async def erase_candidate(
    sessions: Sessions, name: Name, *, requested_by: str, shards: int, now: datetime
) -> tuple[Erasure, dict[UUID, int]]:
    """Erase the person and publish that; again, it is the erasure of the first time. Returns it with each stream's version.

    A name that is not known here is erased too: other services may hold facts of it, and a record may come late.
    """
    async with sessions.begin() as session:
        await candidates.insert_missing(session, {name.id: None}, now)
        streams = await candidates.lock_people(session, {name.id})
        mine = streams[name.id]
        if mine.erasure_id is not None:
            known = await erasures.find(session, mine.erasure_id)
            assert known is not None, "an erased stream names its erasure"
            stubs = await candidates.lock_people(session, known.streams)
            return known, {stub.id: stub.version for stub in stubs.values()}
        person = sorted(streams)
        erasure = Erasure(uuid5(NAMESPACE, f"erasure:{mine.person_id}"), tuple(person), requested_by, now)
        await links.remove(session, await links.among(session, person))
        await history.forget(session, person)
        await evidence.forget(session, person)
        await forget_answers(session, person)
        stubs_left = [_stub(streams[stream], erasure) for stream in person]
        events = [publish(stub, CandidateErased(candidate_id=stub.id), now) for stub in stubs_left]
        await candidates.save(session, stubs_left)
        await erasures.add(session, erasure)
        await outbox.append(session, Topic.CANDIDATES, events, shards=shards)
    return erasure, {stub.id: stub.version for stub in stubs_left}


async def read_erasure(sessions: Sessions, erasure: UUID) -> Erasure:
    """The erasure of that id. Raises ErasureUnknown."""
    async with sessions.begin() as session:
        found = await erasures.find(session, erasure)
    if found is None:
        raise ErasureUnknown(f"There is no erasure {erasure}.")
    return found


def _stub(stream: Stream, erasure: Erasure) -> Stream:
    """What is left of a stream: its id, its version, and that it was erased."""
    return replace(
        stream,
        reference=None,
        person_id=stream.id,
        is_record=False,
        heads={},
        learned=NOTHING,
        record=None,
        erased_at=erasure.erased_at,
        erasure_id=erasure.id,
        search={},
    )
