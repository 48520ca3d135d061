"""What decides about contacts beside the facts: people's records, reservations, and how much a recruiter has sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.engagement.domain.contact import Reservation
from shared.db.asyncpg_connection import Driver
from shared.events.vocabulary import Channel, Level, Tier


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Where a person lives, and by what channels their record can reach them, and what decides which position brings them back.

    None where it is not known; those from ``level`` on are written here, and read with all else of a person. ``at`` is when the
    record was changed so.
    """

    country: str | None
    time_zone: str | None
    channels: frozenset[Channel] | None
    level: Level | None = None
    years_experience: float | None = None
    skills: tuple[str, ...] = ()
    tier: Tier | None = None
    at: datetime | None = None


# Since when a skill is there stays as it was; one that was there before anybody looked has no time.
_GAINED = """
    jsonb_build_object(
        'skills', (
            SELECT coalesce(jsonb_object_agg(skill, coalesce(own.gained #> ARRAY['skills', skill], to_jsonb(one.at))), '{}')
            FROM unnest(one.skills::text[]) AS skill
            WHERE own.skills IS NULL OR skill <> ALL (own.skills) OR own.gained #> ARRAY['skills', skill] IS NOT NULL),
        'years', CASE
            WHEN one.years IS NOT DISTINCT FROM own.years_experience THEN coalesce(own.gained -> 'years', '[]')
            WHEN one.years > coalesce(own.years_experience, -1)
                THEN coalesce(own.gained -> 'years', '[]') || jsonb_build_array(jsonb_build_array(one.years, one.at))
            ELSE '[]' END)
    """
_SAVE = f"""
    WITH saved AS (
        UPDATE relationships SET country = given.country, time_zone = given.time_zone, channels = given.channels::text[],
            level = given.level, years_experience = given.years, skills = given.skills::text[], tier = given.tier,
            gained = given.gained
        FROM (SELECT one.*, {_GAINED} AS gained
              FROM unnest((SELECT $1::uuid[]), (SELECT $2::text[]), (SELECT $3::text[]), (SELECT $4::text[]), (SELECT $5::text[]),
                      (SELECT $6::float8[]), (SELECT $7::text[]), (SELECT $8::text[]), (SELECT $9::timestamptz[]))
                  AS one (id, country, time_zone, channels, level, years, skills, tier, at)
              JOIN relationships AS own ON own.candidate_id = one.id ORDER BY one.id FOR NO KEY UPDATE OF own) AS given
        WHERE relationships.candidate_id = given.id AND relationships.erased_at IS NULL
            AND (relationships.country, relationships.time_zone, relationships.channels, relationships.level,
                 relationships.years_experience, relationships.skills, relationships.tier)
                IS DISTINCT FROM (given.country, given.time_zone, given.channels::text[], given.level,
                    given.years, given.skills::text[], given.tier)
        RETURNING new.person_id, new.sequence > 0
            AND (old.country, old.time_zone) IS DISTINCT FROM (new.country, new.time_zone) AS is_elsewhere,
            old.tier IS DISTINCT FROM new.tier AS is_closer
    )
    SELECT DISTINCT person_id FROM saved WHERE is_elsewhere
        OR EXISTS (SELECT FROM return_conditions WHERE return_conditions.person_id = saved.person_id)
        OR is_closer AND EXISTS (SELECT FROM queue_items WHERE queue_items.person_id = saved.person_id)
    """  # noqa: S608 - constants
_RECORDS = """
    SELECT person_id, country, time_zone, channels FROM relationships WHERE person_id = ANY($1::uuid[])
    ORDER BY person_id, candidate_id <> person_id, candidate_id
    """
_LIVE = """
    SELECT own.person_id, reserved.id, reserved.recruiter, reserved.expires_at
    FROM contact_reservations AS reserved JOIN relationships AS own USING (candidate_id)
    WHERE own.person_id = ANY($1::uuid[]) AND reserved.expires_at > $2 AND NOT EXISTS (
        SELECT FROM relationships AS other JOIN log USING (candidate_id)
        WHERE other.person_id = own.person_id AND log.type = 'rekindle.pursuit.contacted'
            AND log.received_at > reserved.created_at AND coalesce(log.data->>'purpose', 'outreach') = 'outreach')
    ORDER BY reserved.expires_at DESC
    """
_RESERVE = """
    INSERT INTO contact_reservations (id, candidate_id, recruiter, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO NOTHING
    """
_RELEASE = "DELETE FROM contact_reservations WHERE id = $1"
_CLEAR = """
    DELETE FROM contact_reservations WHERE id IN (
        SELECT id FROM contact_reservations WHERE expires_at < $1 ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    """
_SENT = """
    SELECT own.person_id, count(*), bool_or(EXISTS (
        SELECT FROM relationships AS other JOIN log AS retraction USING (candidate_id)
        WHERE other.person_id = own.person_id AND retraction.type = 'rekindle.event.retracted'))
    FROM log JOIN relationships AS own USING (candidate_id)
    WHERE log.type = 'rekindle.pursuit.contacted' AND log.data->>'recruiter' = $1 AND log.time >= $2 AND log.time < $3
        AND coalesce(log.data->>'purpose', 'outreach') = 'outreach'
    GROUP BY own.person_id
    """


async def save_records(connection: Driver, records: Mapping[UUID, ContactRecord]) -> set[UUID]:
    """Keep what the streams' records say; the streams are known, and those that were erased keep nothing.

    Returns the persons whose records changed and whom a position may bring back, of whom there are facts and whose place
    changed, or who have an item and whose tier changed: they must be derived.
    """
    ids = sorted(records)
    of = [records[stream] for stream in ids]
    channels = [None if one.channels is None else _array(sorted(one.channels)) for one in of]
    values = (
        ids,
        [one.country for one in of],
        [one.time_zone for one in of],
        channels,
        [one.level for one in of],
        [one.years_experience for one in of],
        [_array(one.skills) if one.skills else None for one in of],
        [one.tier for one in of],
        [one.at for one in of],
    )
    return {row[0] for row in await connection.fetch(_SAVE, *values)}


def _array(texts: Iterable[str]) -> str:
    """An array of texts as PostgreSQL reads it."""
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


async def records_of(connection: Driver, people: Collection[UUID]) -> dict[UUID, ContactRecord]:
    """What is known of each person: of their streams, the one that stands for them first; a channel of any is theirs."""
    rows: dict[UUID, list[ContactRecord]] = defaultdict(list)
    for person, country, time_zone, channels in await connection.fetch(_RECORDS, list(people)):
        rows[person].append(ContactRecord(country, time_zone, None if channels is None else frozenset(map(Channel, channels))))
    return {person: _joined(of) for person, of in rows.items()}


def _joined(records: list[ContactRecord]) -> ContactRecord:
    known = [one.channels for one in records if one.channels is not None]
    return ContactRecord(
        next((one.country for one in records if one.country), None),
        next((one.time_zone for one in records if one.time_zone), None),
        frozenset().union(*known) if known else None,
    )


async def live_reservations(connection: Driver, people: Collection[UUID], now: datetime) -> dict[UUID, list[Reservation]]:
    """The reservations that are held at ``now``, by person, the longest first. A contact that was reported since ends one."""
    found: dict[UUID, list[Reservation]] = defaultdict(list)
    for person, reserved, recruiter, expires_at in await connection.fetch(_LIVE, list(people), now):
        found[person].append(Reservation(reserved, recruiter, expires_at))
    return found


async def reserve(connection: Driver, candidate: UUID, reservation: Reservation, now: datetime) -> None:
    """Hold the next contact; the same id once. Those that ended are removed on the way."""
    await connection.execute(_CLEAR, now)
    await connection.execute(_RESERVE, reservation.id, candidate, reservation.recruiter, now, reservation.expires_at)


async def release(connection: Driver, id: UUID) -> bool:
    """End a reservation; whether there was one."""
    return (await connection.execute(_RELEASE, id)).endswith(" 1")


async def sent_between(connection: Driver, recruiter: str, first: datetime, end: datetime) -> tuple[int, list[UUID]]:
    """How many outreach contacts of the recruiter were reported for a time, of which ``end`` is no part.

    Those to people of whom anything was retracted are not counted: these people are returned instead, for their facts decide.
    """
    rows = await connection.fetch(_SENT, recruiter, first, end)
    return sum(count for _, count, retracted in rows if not retracted), [person for person, _, retracted in rows if retracted]
