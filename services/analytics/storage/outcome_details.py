"""What of an attempt's outcome lies outside its own pursuit: since when a hire had been known, and soft nos without a plan."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from services.analytics.domain.columns import Fed
from services.analytics.domain.profiles import Profile, with_more
from services.analytics.metrics.after_the_hire import HIRES_KNOWN, HIRES_NEW, KNOWN_FOR
from services.analytics.metrics.coming_back import UNPLANNED_ATTEMPTS, plan_id
from services.analytics.metrics.subjects import Subject
from services.analytics.storage.unnest import TRANSACTION, columns, unnest
from shared.db.asyncpg_connection import Driver

_HIRED, _SOFT_NO = "outcomes.hired", "outcomes.soft_no"
_KNOWN_FOR = KNOWN_FOR // timedelta(microseconds=1)
_STREAMS = """
    SELECT person, person AS stream FROM unnest($1::uuid[]) AS wanted (person)
    WHERE NOT EXISTS (SELECT FROM links WHERE links.stream = wanted.person)
    UNION ALL SELECT person, stream FROM links WHERE person = ANY($1)
"""
_SINCE = f"""
    SELECT theirs.person, CAST(extract(epoch FROM min(first.time)) * 1000000 AS bigint) FROM ({_STREAMS}) AS theirs
    CROSS JOIN LATERAL (SELECT min(facts.time) AS time FROM facts WHERE facts.stream = theirs.stream OFFSET 0) AS first
    GROUP BY theirs.person
"""  # noqa: S608 - constants
_PLANNED = f"SELECT id FROM items WHERE kind = '{Subject.PLAN}' AND id = ANY($1::uuid[])"  # noqa: S608 - a constant
_FOLLOWED = f"""
    SELECT soft_nos.person, soft_nos.position_id, soft_nos.number
    FROM {unnest("uuid", "uuid", "integer")} AS soft_nos (person, position_id, number)
    WHERE EXISTS (
        SELECT FROM attempts WHERE attempts.person = soft_nos.person AND attempts.position_id = soft_nos.position_id
            AND attempts.number > soft_nos.number
    )
"""  # noqa: S608 - constants
_READ_ANEW = f"""
    INSERT INTO persons_to_read (person, version)
    SELECT DISTINCT coalesce(links.person, streams.stream), {TRANSACTION}
    FROM unnest($1::uuid[]) AS streams (stream) LEFT JOIN links ON links.stream = streams.stream ORDER BY 1
    ON CONFLICT (person) DO UPDATE SET version = excluded.version
"""  # noqa: S608 - a constant

Attempt = tuple[UUID, UUID, int]
"""Person, position and number."""


async def read_anew(connection: Driver, streams: Iterable[UUID]) -> None:
    """Have whoever keeps a copy read the attempts of these persons anew. The last write of a transaction: two never deadlock."""
    await connection.fetch(_READ_ANEW, list(streams))


async def detailed(connection: Driver, found: Sequence[Fed]) -> Sequence[Fed]:
    """Attempts as they were read, hires and soft nos with what else they add to the metrics."""
    profiles = {one.profile for one in found}
    hires = {profile for profile in profiles if _HIRED in profile.measures}
    soft_nos = {profile for profile in profiles if _SOFT_NO in profile.measures}
    if not (hires or soft_nos):
        return found
    since = await _known_since(connection, {one.holds.person for one in found if one.profile in hires})
    unplanned = await _unplanned(connection, [_key(one) for one in found if one.profile in soft_nos])

    def profile_of(one: Fed) -> Profile:
        if one.profile in hires:
            known_since, hired_at = since.get(one.holds.person), _time_of(one, _HIRED)
            is_known = known_since is not None and hired_at - known_since >= _KNOWN_FOR
            return with_more(one.profile, HIRES_KNOWN if is_known else HIRES_NEW, at=_HIRED)
        if one.profile in soft_nos and _key(one) in unplanned:
            return with_more(one.profile, UNPLANNED_ATTEMPTS, at=_SOFT_NO)
        return one.profile

    return [one._replace(profile=profile_of(one)) for one in found]


def _key(one: Fed) -> Attempt:
    return one.holds.person, one.dimensions[0], one.dimensions[-1]  # type: ignore[return-value]  # as DIMENSIONS has them


def _time_of(one: Fed, measure: str) -> int:
    """The time of a measure: the items of an array's binary form are of 12 bytes, of which the last 8 are the time."""
    place = one.profile.places[one.profile.measures.index(measure)]
    return int.from_bytes(one.times[12 * place - 8 : 12 * place], "big", signed=True)


async def _known_since(connection: Driver, persons: set[UUID]) -> dict[UUID, int | None]:
    """When the first fact of each was, of all their streams; microseconds since 1970."""
    return dict(await connection.fetch(_SINCE, list(persons))) if persons else {}


async def _unplanned(connection: Driver, soft_nos: Sequence[Attempt]) -> set[Attempt]:
    """Those of the attempts that are the latest of their pursuit and of which no return plan was ever announced."""
    if not soft_nos:
        return set()
    wanted = columns(soft_nos, 3)
    followed = {tuple(row) for row in await connection.fetch(_FOLLOWED, *wanted)}
    streams: dict[UUID, list[UUID]] = {}
    for person, stream in await connection.fetch(_STREAMS, list(dict.fromkeys(wanted[0]))):
        streams.setdefault(person, []).append(stream)
    plan_of = {
        plan_id(stream, position, number): (person, position, number)
        for person, position, number in soft_nos
        for stream in streams.get(person, ())
    }
    planned = {plan_of[one] for (one,) in await connection.fetch(_PLANNED, list(plan_of))}
    return {*soft_nos} - followed - planned
