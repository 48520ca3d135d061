"""A filled database of the first release is upgraded: what it holds is kept, and its schema is that of a new one."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from rekindle.embedded.stack import Stack
from services.analytics.domain.profiles import profiled
from shared.db.migrations import migrate

FIRST_RELEASE = {"candidates": "0001", "engagement": "0002", "analytics": "0001", "connectors": "0001", "gateway": "0001"}
ROWS = range(1, 5)

TABLES = """
    SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'alembic_version'
    ORDER BY EXISTS (SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'f'), relname
"""
COLUMNS = """
    SELECT column_name, udt_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'NO' ORDER BY ordinal_position
"""
KEY = """
    SELECT attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
    WHERE conrelid = $1::regclass AND contype = 'p'
"""
SCHEMA = {
    "tables": """
        SELECT relname, relkind::text, reloptions, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid), obj_description(oid)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1
    """,
    "columns": """
        SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
            pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2
    """,
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
}

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
VALUES: dict[str, Callable[[int], Any]] = {
    "uuid": lambda number: UUID(int=number),
    "text": lambda number: f"text {number}",
    "int2": lambda number: number,
    "int4": lambda number: number,
    "int8": lambda number: number,
    "bool": lambda number: number % 2 == 0,
    "timestamptz": lambda number: BEGIN + timedelta(days=number),
    "jsonb": lambda number: json.dumps({"number": number}),
    "bytea": lambda number: json.dumps({"id": str(UUID(int=number)), "other": str(UUID(int=number + 100))}).encode(),
    "_text": lambda number: [f"text {number}", "more"],
    "_uuid": lambda number: [UUID(int=number)],
    "_timestamptz": lambda number: [BEGIN, BEGIN + timedelta(days=number)],
    "_int4": lambda number: [number],
    "_int8": lambda number: [number, 2**40],
}
"""A value of each type for a row's number: the same number makes the same value in every table, so that keys find each other."""

Table = dict[tuple[Any, ...], dict[str, Any]]


@asynccontextmanager
async def new_database(stores: Stack, service: str, name: str) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """An empty database of a service's role: its address, and a connection."""
    own = stores.env[f"{service.upper()}_DATABASE_URL"]
    password = stores.folder.recall("postgres-passwords")["postgres"]
    server = own.rpartition("@")[2].rpartition("/")[0]
    owner = await asyncpg.connect(f"postgresql://postgres:{password}@{server}/postgres")
    try:
        await owner.execute(f"DROP DATABASE IF EXISTS {name}")
        await owner.execute(f"CREATE DATABASE {name} OWNER {service}")
        url = f"{own.rpartition('/')[0]}/{name}"
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            yield url, connection
        finally:
            await connection.close()
            await owner.execute(f"DROP DATABASE {name}")
    finally:
        await owner.close()


async def fill(connection: asyncpg.Connection) -> None:
    """A few rows in every table, the last with nothing in what may be null."""
    for (table,) in await connection.fetch(TABLES):
        columns = await connection.fetch(COLUMNS, table)
        names = ", ".join(f'"{column["column_name"]}"' for column in columns)
        places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
        for number in ROWS:
            is_bare = number == ROWS[-1]
            values = [None if is_bare and column["nullable"] else VALUES[column["udt_name"]](number) for column in columns]
            await connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', *values)


async def content(connection: asyncpg.Connection) -> dict[str, Table]:
    """All rows of all tables, by primary key."""
    found: dict[str, Table] = {}
    for (table,) in await connection.fetch(TABLES):
        key = [name for (name,) in await connection.fetch(KEY, table)]
        rows = await connection.fetch(f'SELECT * FROM "{table}"')
        found[table] = {tuple(row[name] for name in key): dict(row) for row in rows}
    return found


async def schema(connection: asyncpg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a migration can change."""
    return {what: [tuple(row) for row in await connection.fetch(query)] for what, query in SCHEMA.items()}


@pytest.mark.parametrize("service", FIRST_RELEASE)
async def test_a_filled_database_of_the_first_release_is_upgraded(real_stores: Stack, service: str) -> None:
    package = f"services.{service}"
    async with (
        new_database(real_stores, service, f"{service}_old") as (old_url, old),
        new_database(real_stores, service, f"{service}_new") as (new_url, new),
    ):
        await migrate(old_url, package, to=FIRST_RELEASE[service])
        await fill(old)
        before = await content(old)
        assert all(len(rows) == len(ROWS) for rows in before.values()), "every table is filled"

        assert await migrate(old_url, package) == await migrate(new_url, package)

        after = await content(old)
        for table, rows in before.items():
            for key, row in rows.items():
                found = after[table][key]
                assert found == found | {name: value for name, value in row.items() if name in found}, table
        assert await schema(old) == await schema(new)


@pytest.mark.parametrize("service", ["candidates", "engagement", "analytics"])
async def test_a_record_that_was_kept_as_two_dead_letters_becomes_one(real_stores: Stack, service: str) -> None:
    record = UUID(int=1)
    letters = [(3, False, None), (9, True, BEGIN), (12, False, None)]
    async with new_database(real_stores, service, f"{service}_old") as (url, old):
        await migrate(url, f"services.{service}", to=FIRST_RELEASE[service])
        await old.executemany(
            "INSERT INTO dead_letters "
            "(group_name, topic, partition, record_id, headers, error, record_offset, left_hole, replayed_at) "
            f"VALUES ('a group', 'a topic', 0, '{record}', '[]', 'wrong', $1, $2, $3)",
            letters,
        )
        await migrate(url, f"services.{service}")

        rows = await old.fetch("SELECT record_id, left_hole, replayed_at FROM dead_letters")
        assert [tuple(row) for row in rows] == [(record, True, BEGIN)]


@pytest.mark.parametrize("service", ["candidates", "engagement"])
async def test_a_kept_answer_says_whom_it_names(real_stores: Stack, service: str) -> None:
    async with new_database(real_stores, service, f"{service}_old") as (url, old):
        await migrate(url, f"services.{service}", to=FIRST_RELEASE[service])
        await fill(old)
        await migrate(url, f"services.{service}")

        rows = await old.fetch("SELECT names FROM idempotency_keys ORDER BY key")
        assert [sorted(row["names"]) for row in rows] == [
            *([UUID(int=number), UUID(int=number + 100)] for number in ROWS[:-1]),
            [],
        ]


async def test_what_an_attempt_adds_is_kept_as_its_profile_its_times_and_what_lasts(real_stores: Stack) -> None:
    added = [
        ("reached.sourced", 1, 0), ("reached.contacted", 5, 0), ("median_hours.contacted.158", 5, 30_000),
        ("touches_per_reply.touches", 5, 0), ("touches_per_reply.touches", 9, 0), ("talk_to_listen.sent", 9, 74),
        ("outcomes.in_play", 7, 0),
    ]  # fmt: skip
    measures, ats, seconds = (list(side) for side in zip(*added, strict=True))
    async with new_database(real_stores, "analytics", "analytics_old") as (url, old):
        await migrate(url, "services.analytics", to="0010")
        for number in (1, 2):
            await old.execute(
                "INSERT INTO attempts (person, position_id, number, cohort_at, origin, measures, ats, seconds, first_at, "
                "last_at, first_received_at, last_received_at) VALUES ($1, $1, $2, now(), 'outbound', $3, $4, $5, 1, 9, 1, 9)",
                UUID(int=1), number, measures, ats, seconds,
            )  # fmt: skip
        await migrate(url, "services.analytics")

        attempts = await old.fetch("SELECT profile, times, lasting FROM attempts")
        kept = await old.fetch("SELECT profile, measures, places FROM profiles")

    wanted = profiled(measures, ats, seconds)
    assert [tuple(row) for row in attempts] == [(wanted.profile.id, wanted.times, wanted.seconds)] * 2
    assert [(row["profile"], tuple(row["measures"]), tuple(row["places"])) for row in kept] == [wanted.profile]
    assert sorted(wanted.profile.counted(wanted.seconds)) == sorted(measures)


async def test_an_event_s_key_knows_the_event_s_sequence(real_stores: Stack) -> None:
    async with new_database(real_stores, "engagement", "engagement_old") as (url, old):
        await migrate(url, "services.engagement", to=FIRST_RELEASE["engagement"])
        await fill(old)
        await old.execute("UPDATE log SET sequence = sequence + 20")
        await migrate(url, "services.engagement")

        rows = await old.fetch("SELECT event_id, sequence FROM event_keys")
        assert {row["event_id"]: row["sequence"] for row in rows} == {UUID(int=number): number + 20 for number in ROWS}


async def test_a_lease_moves_from_its_item_to_a_row_of_its_own(real_stores: Stack) -> None:
    columns = "person_id, lease, recruiter, lease_expires_at, lease_newest_close"
    async with new_database(real_stores, "engagement", "engagement_old") as (url, old):
        await migrate(url, "services.engagement", to=FIRST_RELEASE["engagement"])
        await fill(old)
        before = await old.fetch(f"SELECT {columns} FROM queue_items WHERE lease IS NOT NULL ORDER BY person_id")
        await migrate(url, "services.engagement")

        assert await old.fetch(f"SELECT {columns} FROM leases ORDER BY person_id") == before
        assert len(before) == len(ROWS) - 1


async def test_skills_phones_and_requirements_of_before_are_stored_in_the_spellings_of_now(real_stores: Stack) -> None:
    person, position = UUID(int=7), UUID(int=8)
    heads = {
        "skills": head(["Postgres", "PostgreSQL", "Weaving"]),
        "phones": head(["030 1234567", "+49 30 1234567", "+49 30 1234567 ext. 7", "call me"]),
        "emails": head(["A.da+jobs@gmail.com"]),
        "location.country": head("DE"),
    }
    record = {name: heads[name]["value"] for name in ("skills", "phones", "emails")}
    record |= {"links": [], "location": {"country": "DE", "city": None}}
    snapshot = {"candidate_id": str(person), "person_id": str(person), "skills": ["postgres", "postgresql", "weaving"]}
    wanted = {"requirements": head(["Ten years"]), "needs": head(["Calm"]), "skills": head(["Golang"])}
    opening = {name: one["value"] for name, one in wanted.items()}
    async with new_database(real_stores, "candidates", "candidates_old") as (url, old):
        await migrate(url, "services.candidates", to="0006")
        await old.execute(
            "INSERT INTO candidates (id, person_id, created_at, is_record, heads, record, record_version, version, snapshot)"
            " VALUES ($1, $1, now(), true, $2, $3, 4, 9, $4)",
            person, json.dumps(heads), json.dumps(record), json.dumps(snapshot).encode(),
        )  # fmt: skip
        await old.execute(
            "INSERT INTO positions (id, reference, created_at, heads, record, version, snapshot)"
            " VALUES ($1, 'ats:1', now(), $2, $3, 2, $4)",
            position, json.dumps(wanted), json.dumps(opening), json.dumps({"position_id": str(position)}).encode(),
        )  # fmt: skip
        for thing, of, fields in (("candidate", person, heads), ("position", position, wanted)):
            for field, one in fields.items():
                await old.execute(
                    f"INSERT INTO {thing}_history (record_id, field, value, digest, source, observed_at, confirmed_at, "
                    "received_at, stated_by) VALUES ($1, $2, $3, $4, 'ats', $5, $5, $5, 'me')",
                    of, field, json.dumps(one["value"]), digest(one["value"]), BEGIN,
                )  # fmt: skip

        await migrate(url, "services.candidates")

        candidate, opened = await old.fetchrow("SELECT * FROM candidates"), await old.fetchrow("SELECT * FROM positions")
        published = {row["subject"]: row for row in await old.fetch("SELECT * FROM outbox")}
        history = [*await old.fetch("SELECT * FROM candidate_history"), *await old.fetch("SELECT * FROM position_history")]

    phones = ["+49301234567", "+49301234567;ext=7", "call me"]
    shown = json.loads(candidate["record"])
    assert (shown["skills"], shown["phones"]) == (["postgresql", "weaving"], phones)
    assert (candidate["record_version"], candidate["version"]) == (5, 10)
    assert candidate["skills"] == ["postgresql", "weaving"]
    assert candidate["contact_keys"] == ["+49301234567", "a.da+jobs@gmail.com", "mailbox:ada@gmail.com"]
    assert json.loads(candidate["snapshot"]) == snapshot | {
        "skills": ["postgresql", "weaving"],
        "channels": ["email", "phone", "sms", "whatsapp"],
    }
    part: dict[str, Any] = {"skills_any": [], "level_from": None, "years_from": None}
    shown = json.loads(opened["record"])
    assert (shown["requirements"], shown["needs"]) == ([{"text": "Ten years", **part}], [{"text": "Calm", **part}])
    assert (shown["skills"], shown["employment"], opened["skills"]) == (["go"], None, ["go"])
    assert json.loads(opened["snapshot"])["requirements"] == [{"skills_any": []}]
    for row in (candidate, opened):
        event = published[row["id"]]
        assert (event["sequence"], event["value"], event["shard"]) == (row["version"], row["snapshot"], row["id"].int % 12)
    for row in history:
        heads_now = json.loads((candidate if row["record_id"] == person else opened)["heads"])
        assert json.loads(row["value"]) == heads_now[row["field"]]["value"]
        assert row["digest"] == digest(json.loads(row["value"]))


def head(value: Any) -> dict[str, Any]:
    """What counts of a field, as it is stored."""
    return {"value": value, "source": "ats", "observed_at": BEGIN.isoformat()}


def digest(value: Any) -> bytes:
    """What an entry of a history is compared by."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).digest()[:16]
