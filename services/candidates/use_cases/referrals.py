"""Record who named whom; list it with what came of it; note who was thanked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import ReferralCircle, ReferralUnknown
from services.candidates.domain.learning import Evidence
from services.candidates.domain.people import Stream
from services.candidates.domain.referrals import Referral, Result, names_back, results_of
from services.candidates.storage import candidates, evidence, positions, referrals
from services.candidates.storage.referrals import Listed
from services.candidates.use_cases.read_candidates import person_among
from services.candidates.use_cases.views import Page, Redirected
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.naming import Name


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral, its people, and what came of it."""

    listed: Listed
    results: Sequence[Result]

    @property
    def is_void(self) -> bool:
        """Whether both are one person by now."""
        return self.listed.referrer == self.listed.candidate


async def record_referral(sessions: Sessions, referrer: Name, candidate: Name, new: Referral) -> ReferralView:
    """Store that one person named another; said again of the same people and position, the first stays.

    Raises CandidateUnknown, CandidateErased, and ReferralCircle where the one named the referrer before, or is the referrer.
    """
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        await connection.execute(referrals.ONE_AT_A_TIME)
        streams = await candidates.lock_people(connection, {referrer.id, candidate.id})
        one, other = (_person(streams.values(), streams, name) for name in (referrer, candidate))
        known = await referrals.between(connection, one, other, new.position_id)
        if known is None:
            if names_back(await referrals.named_by(connection, other), one, other):
                raise ReferralCircle.of(
                    "candidate", "must not have named the referrer, directly or through others, nor be the same"
                )
            transaction.id = await write_together(connection, [referrals.adding(new)])
    return await read_referral(sessions, (known or new).id)


def _person(all_of: Collection[Stream], streams: Mapping[UUID, Stream], name: Name) -> UUID:
    """The person of a name, by whichever of their ids. Raises CandidateUnknown, CandidateErased."""
    own = [one for one in all_of if name.id in streams and one.person_id == streams[name.id].person_id]
    found = person_among(own, name)
    return found.person_id if isinstance(found, Redirected) else found[0].id


async def read_referral(sessions: Sessions, one: UUID) -> ReferralView:
    """The referral of that id. Raises ReferralUnknown."""
    async with sessions.alone() as connection:
        found = await referrals.page(connection, id=one, limit=1)
        if not found:
            raise ReferralUnknown(f"There is no referral {one}.")
        return (await _with_results(connection, found))[0]


async def list_referrals(
    sessions: Sessions,
    *,
    referrer: Name | None,
    candidate: Name | None,
    position: UUID | None,
    is_thanked: bool | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Page:
    """Referrals, the newest first, each as ReferralView. A person is meant by any of their names."""
    async with sessions.alone() as connection:
        people = [await _of(connection, name) for name in (referrer, candidate)]
        found = await referrals.page(
            connection,
            referrer=people[0],
            candidate=people[1],
            position=position,
            is_thanked=is_thanked,
            before=before,
            limit=limit + 1,
        )
        views = await _with_results(connection, found[:limit])
    last = found[limit - 1].referral if len(found) > limit else None
    return Page(list(views), None if last is None else [last.referred_at.isoformat(), str(last.id)])


async def _of(connection: Driver, name: Name | None) -> UUID | None:
    """The person of a name; whoever is not known is nobody's person."""
    if name is None:
        return None
    streams = await candidates.find_person(connection, name.id)
    return streams[0].person_id if streams else name.id


async def note_thanks(sessions: Sessions, one: UUID, *, at: datetime, by: str) -> ReferralView:
    """Note that the referrer was thanked; again, the first time stays. Raises ReferralUnknown."""
    async with sessions.begin_raw() as transaction:
        if not await referrals.thank(transaction.connection, one, at, by):
            raise ReferralUnknown(f"There is no referral {one}.")
    return await read_referral(sessions, one)


async def _with_results(connection: Driver, found: Sequence[Listed]) -> list[ReferralView]:
    members = await candidates.find_people(connection, {one.candidate for one in found})
    kept = await evidence.of_streams(connection, {stream.id for stream in members})
    of_people: dict[UUID, list[Evidence]] = {one.candidate: [] for one in found}
    for stream in members:
        of_people[stream.person_id] += kept[stream.id]
    named = {fact.position for facts in of_people.values() for fact in facts if fact.position is not None}
    closings = await positions.closings(connection, named)
    return [ReferralView(one, results_of(one.referral, of_people[one.candidate], closings)) for one in found]
