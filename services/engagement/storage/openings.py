"""Positions as they decide about coming back: what was declined, what is open, and what changed since people were compared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from services.engagement.domain.matching import Opening, PositionState
from services.engagement.domain.matching.position import FIELDS
from shared.db.asyncpg_connection import Driver

_AROUND = """
    SELECT version, NULL FROM openings_version
    UNION ALL
    SELECT position_id, snapshot::text FROM positions WHERE position_id = ANY($1::uuid[]) AND snapshot IS NOT NULL
    """
_OPENINGS = "SELECT position_id, states::text FROM positions WHERE states <> '[]' ORDER BY position_id"
_BEFORE = "SELECT position_id, closings, snapshot::text, states::text FROM positions WHERE position_id = ANY($1::uuid[])"
_NEW_VERSION = "INSERT INTO openings_version VALUES (true, $1) ON CONFLICT (id) DO UPDATE SET version = excluded.version"
_ADD_SEARCHES = """
    INSERT INTO position_searches SELECT position, $2 FROM unnest($1::uuid[]) AS position ORDER BY position
    ON CONFLICT (position_id) DO UPDATE SET token = excluded.token
    """
_NEXT_SEARCH = "SELECT position_id, token FROM position_searches ORDER BY position_id LIMIT 1"
_END_SEARCH = "DELETE FROM position_searches WHERE position_id = $1 AND token = $2"

_KEPT: dict[UUID, Sequence[Opening]] = {}
"""The openings that were read last, by their version, which no two databases share."""
KEEP_STATES = 50
"""So many of an open position, beside the one with which it was opened."""


@dataclass(frozen=True, slots=True)
class Around:
    """Positions that decide about persons: those that they declined, as far as they are known, and all that are open."""

    declined: Mapping[UUID, PositionState]
    openings: Sequence[Opening]


@dataclass(frozen=True, slots=True)
class Before:
    """A position as it was stored before a newer snapshot came."""

    closings: tuple[datetime, ...] = ()
    content: Mapping[str, Any] | None = None
    states: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """A position whose persons must be compared anew; ``token`` changes with each change of the position."""

    position_id: UUID
    token: UUID


async def around(connection: Driver, declined: Collection[UUID]) -> Around:
    """What decides about persons who declined these positions. Nothing is asked where they declined none."""
    if not declined:
        return Around({}, ())
    known: dict[UUID, PositionState] = {}
    openings: Sequence[Opening] = ()
    for key, snapshot in await connection.fetch(_AROUND, list(declined)):
        if snapshot is None:
            openings = await _openings(connection, key)
        else:
            known[key] = PositionState.of(key, orjson.loads(snapshot))
    return Around(known, openings)


async def _openings(connection: Driver, version: UUID) -> Sequence[Opening]:
    if version not in _KEPT:
        rows = await connection.fetch(_OPENINGS)
        _KEPT.clear()
        _KEPT[version] = tuple(Opening(_states(row[0], orjson.loads(row[1]))) for row in rows)
    return _KEPT[version]


def _states(position: UUID, stored: Sequence[Mapping[str, Any]]) -> Sequence[tuple[datetime, PositionState]]:
    return [(datetime.fromisoformat(one["at"]), PositionState.of(position, one["state"])) for one in stored]


async def before(connection: Driver, positions: Collection[UUID]) -> dict[UUID, Before]:
    """Those of the positions that are stored, as they are."""
    rows = await connection.fetch(_BEFORE, list(positions))
    return {row[0]: Before(tuple(row[1]), row[2] and orjson.loads(row[2]), tuple(orjson.loads(row[3]))) for row in rows}


def deciding(content: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What of a snapshot's content decides, without what is not stated."""
    return {name: value for name, value in (content or {}).items() if name in FIELDS and value not in (None, [])}


def states_after(known: Before, contents: Sequence[tuple[datetime, Mapping[str, Any]]]) -> tuple[Mapping[str, Any], ...]:
    """The states of a position after its content became these, one after the other: none where it is not open, else those since
    it was opened.
    """
    states = known.states
    for at, content in contents:
        state = deciding(content)
        if state.get("status") != "open":
            states = ()
        elif not states or states[-1]["state"] != state:
            states = (*states, {"at": at.isoformat(), "state": state})
            states = (states[0], *states[1:][-KEEP_STATES:])
    return states


async def add_searches(connection: Driver, positions: Collection[UUID]) -> None:
    """Have the clock compare people with these positions, which changed. The caller holds the map exclusively."""
    await connection.execute(_NEW_VERSION, uuid4())
    await connection.execute(_ADD_SEARCHES, list(positions), uuid4())


async def next_search(connection: Driver) -> Search | None:
    """A search that is to be made."""
    return next((Search(row[0], row[1]) for row in await connection.fetch(_NEXT_SEARCH)), None)


async def end_search(connection: Driver, search: Search) -> None:
    """The search was made; it stays where the position changed again meanwhile."""
    await connection.execute(_END_SEARCH, search.position_id, search.token)
