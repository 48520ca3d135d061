"""Profiles of attempts: stored before an attempt refers to them, and never changed."""

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from services.analytics.domain.profiles import Profile, profile_of
from services.analytics.storage.unnest import columns
from shared.db.asyncpg_connection import Driver

# In the order of their ids, so that two who add never deadlock. What this transaction itself added may yet be undone.
_KEEP = """
    WITH added AS (
        INSERT INTO profiles SELECT profile, CAST(measures AS text[]), CAST(places AS smallint[])
        FROM unnest($1::bigint[], $2::text[], $3::text[]) AS fresh (profile, measures, places)
        WHERE NOT EXISTS (SELECT FROM profiles WHERE profiles.profile = fresh.profile) ORDER BY profile
        ON CONFLICT DO NOTHING
    )
    SELECT profile FROM profiles WHERE profile = ANY($1) AND xmin <> CAST(pg_current_xact_id() AS xid)
"""
_known: dict[int, Profile] = {}
"""Profiles by id, whatever database they are in: an id stands for one content."""
_kept: WeakKeyDictionary[Driver, set[int]] = WeakKeyDictionary()
"""The ids that are there for good, as a connection has seen."""


async def keep(connection: Driver, found: Iterable[Profile]) -> None:
    """Have profiles be there. Call it before a transaction writes attempts; those that are known to be there cost nothing."""
    kept = _kept.setdefault(connection, set())
    missing = sorted({profile for profile in found if profile.id not in kept})
    if missing:
        kept |= {profile for (profile,) in await connection.fetch(_KEEP, *_rows(missing))}


async def keep_apart(connection: Driver, found: Iterable[Profile], table: str) -> None:
    """Put profiles into another table of the same form, one of ours."""
    query = f"""
        INSERT INTO {table} SELECT profile, CAST(measures AS text[]), CAST(places AS smallint[])
        FROM unnest($1::bigint[], $2::text[], $3::text[]) AS fresh (profile, measures, places) ON CONFLICT DO NOTHING
    """  # noqa: S608 - a constant of this service
    await connection.fetch(query, *_rows(sorted(set(found))))


async def of(connection: Driver, ids: Iterable[int]) -> Mapping[int, Profile]:
    """Profiles by id: these and any others. Those that the process has read before cost nothing."""
    if missing := {one for one in ids if one not in _known}:
        rows = await connection.fetch(
            "SELECT profile, measures, places FROM profiles WHERE profile = ANY($1::bigint[])", [*missing]
        )
        _known.update({profile: profile_of(tuple(measures), tuple(places)) for profile, measures, places in rows})
    return _known


def _rows(found: Iterable[Profile]) -> tuple[list[object], ...]:
    return columns([(one.id, "{" + ",".join(one.measures) + "}", "{" + ",".join(map(str, one.places)) + "}") for one in found], 3)
