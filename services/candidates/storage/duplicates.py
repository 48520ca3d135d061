"""What people are compared by, whose turn it is, and the pairs that were found.

Who compares holds the map's lock shared, so that no person is erased or merged meanwhile. A record that changes while it is
compared waits again: its transaction says so.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.candidates.domain.duplicates.pairs import Decision, Pair
from services.candidates.domain.duplicates.profile import MOST_IN_BLOCK
from services.candidates.domain.duplicates.score import Evidence, Score
from shared.db.asyncpg_connection import Driver, Write

_WAIT = "INSERT INTO duplicate_waiting (candidate_id) SELECT * FROM unnest($1::uuid[])"
_WAIT_ALL = """
    INSERT INTO duplicate_waiting (candidate_id, is_anew) SELECT id, true FROM candidates WHERE record IS NOT NULL
        AND NOT EXISTS (SELECT FROM duplicate_waiting AS known WHERE known.candidate_id = candidates.id AND known.is_anew)
    ORDER BY id
"""
_TAKE = """
    DELETE FROM duplicate_waiting WHERE id IN (SELECT id FROM duplicate_waiting ORDER BY id LIMIT $1)
    RETURNING candidate_id, is_anew
"""
_PROFILES = "SELECT person_id, profile, keys FROM duplicate_profiles WHERE person_id = ANY($1::uuid[])"
_RECORDS = "SELECT id, record FROM candidates WHERE id = ANY($1::uuid[]) AND record IS NOT NULL"
_NEIGHBOURS = f"""
    SELECT key, people FROM unnest($1::bigint[]) AS asked (key) CROSS JOIN LATERAL (
        SELECT array_agg(person_id) FROM (
            SELECT person_id FROM duplicate_keys WHERE duplicate_keys.key = asked.key LIMIT {MOST_IN_BLOCK + 1}) AS block
    ) AS found (people)
    WHERE cardinality(people) BETWEEN 2 AND {MOST_IN_BLOCK}
"""  # noqa: S608 - a constant
_SAVE_PROFILES = """
    INSERT INTO duplicate_profiles AS held (person_id, profile, keys)
    SELECT person_id, profile, ARRAY(SELECT jsonb_array_elements_text(keys)::bigint)
    FROM unnest($1::uuid[], $2::bytea[], $3::jsonb[]) AS new (person_id, profile, keys)
    ON CONFLICT (person_id) DO UPDATE SET profile = excluded.profile, keys = excluded.keys
"""
_ADD_KEYS = "INSERT INTO duplicate_keys (key, person_id) SELECT * FROM unnest($1::bigint[], $2::uuid[]) ON CONFLICT DO NOTHING"
_DROP_KEYS = """
    DELETE FROM duplicate_keys USING unnest($1::bigint[], $2::uuid[]) AS gone (key, person_id)
    WHERE (duplicate_keys.key, duplicate_keys.person_id) = (gone.key, gone.person_id)
"""
_DROP_PROFILES = "DELETE FROM duplicate_profiles WHERE person_id = ANY($1::uuid[])"
_DROP_ALL_KEYS = """
    DELETE FROM duplicate_keys USING (
        SELECT unnest(keys) AS key, person_id FROM duplicate_profiles WHERE person_id = ANY($1::uuid[])) AS gone
    WHERE (duplicate_keys.key, duplicate_keys.person_id) = (gone.key, gone.person_id)
"""
_DROP_PAIRS = "DELETE FROM duplicate_pairs WHERE (one = ANY($1::uuid[]) OR other = ANY($1::uuid[])) AND NOT id = ANY($2::uuid[])"
_SAVE_PAIRS = """
    INSERT INTO duplicate_pairs AS held (id, one, other, score, evidence, is_dismissed, found_at)
    SELECT *, $7::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::jsonb[], $6::boolean[])
    ON CONFLICT (id) DO UPDATE SET score = excluded.score, evidence = excluded.evidence, is_dismissed = excluded.is_dismissed
    WHERE (held.score, held.evidence, held.is_dismissed) <> (excluded.score, excluded.evidence, excluded.is_dismissed)
"""
_DECIDED = """
    WITH concerned AS MATERIALIZED (SELECT id FROM candidates WHERE person_id = ANY($1::uuid[])), decided AS (
        SELECT one, other FROM duplicate_decisions WHERE one IN (SELECT id FROM concerned)
        UNION SELECT one, other FROM duplicate_decisions WHERE other IN (SELECT id FROM concerned)
    )
    SELECT one.person_id, other.person_id FROM decided
    JOIN candidates AS one ON one.id = decided.one JOIN candidates AS other ON other.id = decided.other
"""
_LOCK_PAIRS = """
    SELECT one, other, is_dismissed FROM duplicate_pairs WHERE one = ANY($1::uuid[]) OR other = ANY($1::uuid[])
    ORDER BY id FOR UPDATE
"""
_PAIRS = """
    SELECT pair.id, pair.one, pair.other, pair.score, pair.evidence, pair.is_dismissed, pair.found_at FROM duplicate_pairs AS pair
    JOIN candidates AS one ON one.id = pair.one AND one.record IS NOT NULL
    JOIN candidates AS other ON other.id = pair.other AND other.record IS NOT NULL
"""
_DECISIONS = """
    SELECT decision.one, decision.other, reason, decided_by, decided_at FROM duplicate_decisions AS decision
    JOIN candidates AS one ON one.id = decision.one JOIN candidates AS other ON other.id = decision.other
    WHERE (one.person_id, other.person_id) IN (($1::uuid, $2::uuid), ($2, $1)) ORDER BY decided_at
"""
_FORGET = (
    "DELETE FROM duplicate_waiting WHERE candidate_id = ANY($1::uuid[])",
    "DELETE FROM duplicate_pairs WHERE one = ANY($1::uuid[]) OR other = ANY($1::uuid[])",
    "DELETE FROM duplicate_decisions WHERE one = ANY($1::uuid[]) OR other = ANY($1::uuid[])",
    _DROP_ALL_KEYS,
    _DROP_PROFILES,
)


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a person to compare others with."""

    profile: bytes
    keys: Sequence[int]


def waiting(streams: Collection[UUID]) -> list[Write]:
    """Let people be compared soon: what is shown of them has changed, or they are nobody's record any more."""
    return [Write(_WAIT, (list(streams),), only_inserts=True)] if streams else []


async def wait_all(connection: Driver) -> None:
    """Let everybody be compared anew who does not wait for it already."""
    await connection.execute(_WAIT_ALL)


async def count_waiting(connection: Driver) -> int:
    """How many wait to be compared."""
    return int(await connection.fetchval("SELECT count(*) FROM duplicate_waiting"))


async def take(connection: Driver, limit: int) -> dict[UUID, bool]:
    """Take the next of those who wait, and whether each is compared even where nothing has changed."""
    taken: dict[UUID, bool] = defaultdict(bool)
    for person, is_anew in await connection.fetch(_TAKE, limit):
        taken[person] |= is_anew
    return taken


async def records(connection: Driver, people: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The records of people; those who have none are left out."""
    return dict(await connection.fetch(_RECORDS, list(people)))


async def held(connection: Driver, people: Collection[UUID]) -> dict[UUID, Held]:
    """What is kept of people."""
    return {person: Held(profile, keys) for person, profile, keys in await connection.fetch(_PROFILES, list(people))}


async def blocks(connection: Driver, keys: Collection[int]) -> list[tuple[int, Sequence[UUID]]]:
    """Those of these keys that two or more people share, and not too many, with who they are."""
    return [(key, people) for key, people in await connection.fetch(_NEIGHBOURS, list(keys))]


async def save_profiles(connection: Driver, before: Mapping[UUID, Held], after: Mapping[UUID, Held]) -> None:
    """Keep what people are compared by now, and their keys."""
    if not after:
        return
    gone, new = [], []
    for person, now in after.items():
        old = set(before[person].keys if person in before else ())
        gone += [(key, person) for key in old.difference(now.keys)]
        new += [(key, person) for key in set(now.keys) - old]
    for sql, changes in ((_DROP_KEYS, sorted(gone)), (_ADD_KEYS, sorted(new))):
        if changes:
            await connection.execute(sql, [key for key, _ in changes], [person for _, person in changes])
    await connection.execute(
        _SAVE_PROFILES,
        list(after),
        [one.profile for one in after.values()],
        [orjson.dumps(one.keys).decode() for one in after.values()],
    )


async def drop_profiles(connection: Driver, people: Collection[UUID]) -> None:
    """Keep nothing of people who have no record any more."""
    if people:
        await connection.execute(_DROP_ALL_KEYS, list(people))
        await connection.execute(_DROP_PROFILES, list(people))


async def decided(connection: Driver, people: Collection[UUID]) -> set[frozenset[UUID]]:
    """The pairs of people, one of these in each, of whom somebody said that they are not the same."""
    return {frozenset(pair) for pair in await connection.fetch(_DECIDED, list(people))}


async def lock_pairs(connection: Driver, people: Collection[UUID]) -> set[UUID]:
    """Let whoever decides of a pair of these people wait, and so write last; returns who is in a dismissed one."""
    rows = await connection.fetch(_LOCK_PAIRS, list(people))
    return {person for one, other, is_dismissed in rows if is_dismissed for person in (one, other)}


async def replace_pairs(connection: Driver, people: Collection[UUID], pairs: Sequence[Pair], *, now: datetime) -> None:
    """These are all pairs of these people."""
    await connection.execute(_DROP_PAIRS, list(people), [pair.id for pair in pairs])
    if pairs:
        await connection.execute(
            _SAVE_PAIRS,
            [pair.id for pair in pairs],
            [pair.one for pair in pairs],
            [pair.other for pair in pairs],
            [round(pair.score.value * 1000) for pair in pairs],
            [_written(pair.score) for pair in pairs],
            [pair.is_dismissed for pair in pairs],
            now,
        )


def forgetting(streams: Collection[UUID]) -> list[Write]:
    """Forget what was found of streams, and what they were compared by."""
    return [Write(sql, (list(streams),)) for sql in _FORGET]


def _written(score: Score) -> str:
    return orjson.dumps([[one.signal, one.weight, one.why] for one in score.evidence]).decode()


async def page(
    connection: Driver,
    *,
    is_dismissed: bool,
    least: int,
    person: UUID | None,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[tuple[Pair, datetime]]:
    """Pairs with when each was found, the highest score first, after a place. ``least`` and places are in thousandths."""
    values: list[Any] = [is_dismissed, least, limit]
    conditions = ["pair.is_dismissed = $1", "pair.score >= $2"]
    if person is not None:
        values.append(person)
        conditions.append(f"(pair.one = ${len(values)} OR pair.other = ${len(values)})")
    if after is not None:
        values += after
        score, last = len(values) - 1, len(values)
        conditions.append(f"(pair.score < ${score} OR (pair.score = ${score} AND pair.id > ${last}))")
        conditions.append(f"pair.score <= ${score}")
    rows = await connection.fetch(
        f"{_PAIRS} WHERE {' AND '.join(conditions)} ORDER BY pair.score DESC, pair.id LIMIT $3", *values
    )
    return [_pair(row) for row in rows]


async def find(connection: Driver, pair: UUID) -> tuple[Pair, datetime] | None:
    """The pair of that id and when it was found, or None."""
    return next(map(_pair, await connection.fetch(f"{_PAIRS} WHERE pair.id = $1", pair)), None)


async def decisions(connection: Driver, pair: Pair) -> list[Decision]:
    """Who said that two people are not the same, the first first."""
    return [Decision(*row) for row in await connection.fetch(_DECISIONS, pair.one, pair.other)]


async def decide(connection: Driver, pair: UUID, decision: Decision) -> None:
    """Remember that two are not the same; said again, the first time stays."""
    await connection.execute(
        "INSERT INTO duplicate_decisions (one, other, reason, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        *astuple(decision),
    )
    await connection.execute("UPDATE duplicate_pairs SET is_dismissed = true WHERE id = $1", pair)


async def take_back(connection: Driver, pair: UUID, undone: Collection[Decision]) -> None:
    """Forget decisions: the two may be the same again."""
    await connection.execute(
        "DELETE FROM duplicate_decisions USING unnest($1::uuid[], $2::uuid[]) AS gone (one, other)"
        " WHERE (duplicate_decisions.one, duplicate_decisions.other) = (gone.one, gone.other)",
        [one.one for one in undone],
        [one.other for one in undone],
    )
    await connection.execute("UPDATE duplicate_pairs SET is_dismissed = false WHERE id = $1", pair)


def _pair(row: Sequence[Any]) -> tuple[Pair, datetime]:
    _, one, other, score, evidence, is_dismissed, found_at = row
    scored = Score(score / 1000, [Evidence(*piece) for piece in evidence])
    return Pair(one, other, scored, is_dismissed), found_at
