"""Erase here whom Rekindle has erased, and confirm it: the connectors are not on the bus."""

from collections import Counter

from services.connectors.rekindle_api import ApiOutcome, PendingErasure, RekindleApi
from services.connectors.storage import knowledge
from services.connectors.use_cases.forget_person import forget_person
from shared.db.engine import Sessions


async def confirm_erasures(sessions: Sessions, api: RekindleApi) -> int:
    """Do what is pending; returns how many erasures were confirmed. What the API does not take is pending still."""
    confirmed = 0
    for erasure in await api.pending_erasures():
        removed = await _erase(sessions, erasure)
        answer = await api.confirm_erasure(erasure.id, removed)
        confirmed += answer.outcome is ApiOutcome.DONE
    return confirmed


async def _erase(sessions: Sessions, erasure: PendingErasure) -> dict[str, int]:
    """Forget the people of an erasure, who are known here or not: bodies about them may still come."""
    async with sessions.begin_raw() as transaction:
        known = await knowledge.save_erased_ids(transaction.connection, erasure.candidate_ids, erasure.erased_at)
    removed: Counter[str] = Counter()
    for candidate in known:
        async with sessions.begin_raw(knowledge.locking([f"candidate {candidate}"])) as transaction:
            removed.update(await forget_person(transaction.connection, candidate, [], erasure.erased_at))
    return dict(removed)
