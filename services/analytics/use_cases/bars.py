"""Who may not be approached, as the contact checks of engagement say: whom we hired and who has not left, and a hard no."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from services.analytics.domain.pursuits import Key
from services.analytics.storage import bars, pursuits
from services.analytics.storage.people import PersonLinks
from services.analytics.use_cases.refold import Grouped
from shared.attempts import fold, hard_nos
from shared.db.asyncpg_connection import Driver


async def bars_of(connection: Driver, persons: Sequence[UUID] | None, *, ghost_after: timedelta) -> dict[UUID, frozenset[str]]:
    """Why each of some persons, or of all, is barred; who is not is left out. Each stream's hard nos hold, however linked."""
    links = PersonLinks(await bars.linked(connection, persons))
    streams = None if persons is None else sorted(links.streams_of(persons))
    by_person: dict[UUID, list[bars.BarringFact]] = {}
    for fact in await bars.hard(connection, streams):
        by_person.setdefault(links.person_of(fact.stream), []).append(fact)
    found: dict[UUID, set[str]] = {person: {"hard_no"} for person, facts in by_person.items() if hard_nos(facts)}
    for person in await _employed(connection, await bars.hired(connection, persons), links, ghost_after):
        found.setdefault(person, set()).add("hired")
    return {person: frozenset(some) for person, some in found.items()}


async def _employed(connection: Driver, hired: Iterable[Key], links: PersonLinks, ghost_after: timedelta) -> set[UUID]:
    """Those whom we hired and who have not left; where somebody said that they left, the fold says of which attempt."""
    keys = set(hired)
    persons = {person for person, _ in keys}
    left = await bars.left(connection, sorted(links.streams_of(persons))) & persons
    known = await pursuits.of(connection, links.streams_of(left), ()) if left else pursuits.Known()
    grouped = Grouped.of(known.facts, links)
    stayed = {
        key[0]
        for key in keys
        if key[0] in left
        and any(
            one.is_employed
            for one in fold(
                [stored.fact for stored in grouped.facts_of(key)], sorted(known.closings.get(key[1], ())), ghost_after
            ).attempts
        )
    }
    return (persons - left) | stayed
