"""Taking over what candidates publishes of its records: whose streams belong together, whose are erased, when positions closed.

Only the change is stored, with the map locked exclusively for as short as possible. The clock then derives whom it concerns.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.storage import contacts, openings, positions, streams
from services.engagement.storage.contacts import ContactRecord
from services.engagement.storage.openings import Before, deciding
from services.engagement.storage.positions import PositionSnapshot
from services.engagement.use_cases.erase_streams import erase_streams
from shared.db.asyncpg_connection import driver


async def take_over_records(
    session: AsyncSession,
    people: Mapping[UUID, UUID],
    erased: Mapping[UUID, UUID | None],
    snapshots: Mapping[UUID, Sequence[PositionSnapshot]],
    *,
    now: datetime,
    records: Mapping[UUID, Sequence[ContactRecord]] | None = None,
) -> bool:
    """Store the records, on the caller's transaction; whether anybody has to be derived.

    ``people`` maps streams to the streams that stand for their persons; unknown streams become known. ``erased`` maps erased
    streams to their erasures, which are confirmed. ``records`` says of streams what decides about contacts, and ``snapshots`` are
    those of each position, oldest first: the last counts, and each is a time at which something may have changed.
    """
    concerned = {*people, *people.values(), *erased}
    known_people = await streams.person_map(session, concerned)
    before = {stream: known_people.get(stream, stream) for stream in concerned}
    connection = await driver(session)
    moved = {stream: person for stream, person in people.items() if before[stream] != person}
    known = defaultdict(Before, await openings.before(connection, snapshots) if snapshots else {})
    closed = {of for of, ones in snapshots.items() if ones[-1].closings != known[of].closings}
    changed = {of for of, ones in snapshots.items() if any(deciding(one.content) != deciding(known[of].content) for one in ones)}
    if moved or erased or closed or changed:
        await streams.lock_map_exclusive(session)  # before any row that somebody who shares the map may want
    if erased or len(known_people) < len(concerned):  # else the first records that are saved lock all the rows
        await streams.insert_and_lock(session, concerned)
    compared: set[UUID] = set()
    for states in zip_longest(*(records or {}).values()):
        of_each = zip(records or {}, states, strict=True)
        compared |= await contacts.save_records(connection, {of: state for of, state in of_each if state is not None})
    if moved:
        await streams.link(session, moved)
    if erased:
        await erase_streams(session, erased, before, now=now)
    if moved or erased or compared:
        touched = {*(before[stream] for stream in {*moved, *erased}), *moved.values(), *erased, *compared}
        await streams.mark_stale(session, touched)
    for of in sorted(snapshots):
        one = snapshots[of][-1]
        await positions.save(
            session, of, one, openings.states_after(known[of], [(each.at, each.content) for each in snapshots[of]])
        )
        if of in closed:
            await positions.add_refold(session, of, {now, *(time for time in one.closings if time > now)})
    if changed:
        await openings.add_searches(connection, changed)
    return bool(moved or erased or closed or changed or compared)
