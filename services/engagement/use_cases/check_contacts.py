"""Whether contacts are allowed, by all that is in the log at that moment; and holding the next one for somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.contact import (
    Ask,
    Case,
    ContactState,
    Decision,
    Reservation,
    contacts_of,
    decide,
    place_of,
    state_of,
)
from services.engagement.domain.derive import Person, pursuits_of
from services.engagement.domain.errors import ReservationUnknown
from services.engagement.settings import EngagementSettings
from services.engagement.storage import contacts, people, recruiters, streams
from services.engagement.storage.contacts import ContactRecord
from services.engagement.storage.recruiters import Recruiter
from services.engagement.use_cases.transactions import transact
from shared.attempts import without_retracted
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.errors import Invalid

_NOT_KNOWN = ContactRecord(None, None, None)
IN_THE_PAST = "must not be in the past for a reservation"


@dataclass(frozen=True, slots=True)
class Planned:
    """A contact that somebody plans. ``day``: only a day is known, on the person's calendar. ``reserve``: hold it if allowed."""

    candidate: UUID
    ask: Ask
    day: date | None = None
    reserve: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer. ``person`` stands for the candidate and all that are linked with them."""

    person: UUID
    decision: Decision
    reservation: Reservation | None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was loaded of everybody who is asked about; what is reserved meanwhile is added."""

    states: Mapping[UUID, ContactState]
    records: Mapping[UUID, ContactRecord]
    reservations: dict[UUID, list[Reservation]]
    directory: Mapping[str, Recruiter]


async def check_contacts(
    sessions: Sessions, planned: Sequence[Planned], *, request: UUID, now: datetime, settings: EngagementSettings
) -> list[Checked | Invalid]:
    """Check each, in order; an answer for each. Of several that reserve one person's next contact, one is allowed.

    Invalid is answered where a day is to be reserved that is over where the person lives.

    A second run of the same request finds the reservations that the first made: their ids follow from ``request``.
    """

    async def work(session: AsyncSession) -> list[Checked | Invalid]:
        person_of = await _people(session, planned)
        connection = await driver(session)
        known = await _load(session, set(person_of.values()), planned, now, settings)
        checked: list[Checked | Invalid] = []
        for number, one in enumerate(planned):
            person = person_of[one.candidate]
            own = uuid5(request, str(number))
            case, ask = await _case(session, person, one, known, own, now, settings)
            if one.reserve and one.day is not None and one.day < case.place.local(now).date():
                checked.append(Invalid.of("at", IN_THE_PAST))
                continue
            decision = decide(case, ask)
            reservation = None
            if one.reserve and decision.is_allowed:
                reservation = Reservation(own, one.ask.recruiter, now + settings.reservation_for)
                await contacts.reserve(connection, one.candidate, reservation, now)
                known.reservations.setdefault(person, []).append(reservation)
            checked.append(Checked(person, decision, reservation))
        return checked

    return await transact(sessions, work)


async def release_reservation(sessions: Sessions, id: UUID) -> None:
    """End a reservation before its time. Raises ReservationUnknown."""

    async def work(session: AsyncSession) -> bool:
        return await contacts.release(await driver(session), id)

    if not await transact(sessions, work):
        raise ReservationUnknown(f"There is no reservation {id}; it may have expired.")


async def _people(session: AsyncSession, planned: Sequence[Planned]) -> dict[UUID, UUID]:
    """The person of each candidate. Where a contact is to be reserved, nobody else reserves one of these people meanwhile."""
    candidates = {one.candidate for one in planned}
    reserving = {one.candidate for one in planned if one.reserve}
    if reserving:
        await streams.share_map(session)
    found = await streams.person_map(session, candidates)
    person_of = {candidate: found.get(candidate, candidate) for candidate in candidates}
    if reserving:
        await streams.lock_people(session, {person_of[candidate] for candidate in reserving})
        if new := reserving - found.keys():
            await streams.insert_and_lock(session, new)
    return person_of


async def _load(
    session: AsyncSession, of: set[UUID], planned: Sequence[Planned], now: datetime, settings: EngagementSettings
) -> _Known:
    connection = await driver(session)
    loaded = await people.load(session, of, now=now)
    states = {one.id: _state(one, now, settings) for one in loaded.people if one.id not in loaded.erased}
    return _Known(
        states=states | dict.fromkeys(loaded.erased, ContactState(is_erased=True)),
        records=await contacts.records_of(connection, of),
        reservations=await contacts.live_reservations(connection, of, now),
        directory=await recruiters.read(connection, {one.ask.recruiter for one in planned if one.ask.recruiter is not None}),
    )


def _state(person: Person, now: datetime, settings: EngagementSettings) -> ContactState:
    pursuits = pursuits_of(person, settings.policy, now=now)
    return state_of(person.facts, pursuits, settings.zone)


async def _case(
    session: AsyncSession, person: UUID, one: Planned, known: _Known, own: UUID, now: datetime, settings: EngagementSettings
) -> tuple[Case, Ask]:
    """What decides, and the plan with a moment: a day alone is taken at noon where the person lives."""
    record = known.records.get(person, _NOT_KNOWN)
    place = place_of(record.time_zone, record.country, settings.zone)
    ask = one.ask
    if one.day is not None:
        ask = replace(ask, at=datetime.combine(one.day, time(12), place.zone), is_day=True)
    held = [
        reservation
        for reservation in known.reservations.get(person, ())
        if reservation.id != own and (one.reserve or reservation.recruiter is None or reservation.recruiter != ask.recruiter)
    ]
    case = Case(
        state=known.states[person],
        place=place,
        policy=settings.contact_policy,
        reachable_by=record.channels,
        reservations=held,
    )
    if ask.recruiter is not None:
        case = await _with_limit(session, case, ask, known.directory.get(ask.recruiter), now, settings)
    return case, ask


async def _with_limit(
    session: AsyncSession, case: Case, ask: Ask, entry: Recruiter | None, now: datetime, settings: EngagementSettings
) -> Case:
    """The case with what the recruiter has sent on the day of the plan, where a limit is set."""
    limit = case.policy.daily_limit if entry is None or entry.daily_limit is None else entry.daily_limit
    if limit is None or ask.recruiter is None:
        return case
    zone = ZoneInfo(entry.time_zone) if entry is not None and entry.time_zone is not None else settings.zone
    begins = datetime.combine(ask.at.astimezone(zone).date(), time(), zone)
    ends = datetime.combine(begins.date() + timedelta(days=1), time(), zone)
    sent = await _sent_between(session, ask.recruiter, begins, ends, now)
    return replace(case, sent_today=sent, daily_limit=limit, day_ends=ends)


async def _sent_between(session: AsyncSession, recruiter: str, first: datetime, end: datetime, now: datetime) -> int:
    """How many outreach contacts of the recruiter stand. Only of people of whom something was retracted all facts are read."""
    sent, retracted = await contacts.sent_between(await driver(session), recruiter, first, end)
    if retracted:
        for person in (await people.load(session, retracted, now=now)).people:
            of_person = contacts_of(without_retracted(person.facts))
            sent += sum(1 for one in of_person if one.is_outreach and one.recruiter == recruiter and first <= one.time < end)
    return sent
