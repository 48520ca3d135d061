"""Deliveries from Greenhouse, against the same records and events posted by a client of the API."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from benchmarks.client import Connection, UnexpectedAnswer, connections
from benchmarks.detached import Detached
from benchmarks.figures import Figure
from benchmarks.quiet import until_quiet
from benchmarks.run import Run

AT_ONCE = 16
"""Deliveries at a time."""
DELIVERIES = 400
JOBS = 10
ROUNDS = 2


Send = Callable[[Connection, int], Awaitable[None]]


async def measure(run: Run) -> None:
    """Deliveries a second, and how many a client reaches that posts what they hold itself."""
    figure = Figure(
        "Greenhouse deliveries",
        "new applications from Greenhouse/s ÷ the same records and events, posted by a client of the API",
        0.5,
    )
    figure.notes.append(f"{DELIVERIES} a round, {AT_ONCE} at a time; each is a candidate, a job and two events")
    stack = await run.detached()
    for number in range(min(run.rounds, ROUNDS)):
        began = int(datetime.now(UTC).timestamp() * 1000)  # ids that no other round uses
        ours = await _rate(stack, _delivering(stack.env["CONNECTORS_GREENHOUSE_SECRET"], began))
        figure.add(ours, await _rate(stack, _posting(run.unique(f"direct{number}"))))
        run.report(figure)


async def _rate(stack: Detached, send: Send) -> float:
    """How many a second are taken; the stack has applied all of them when this returns."""
    numbers = iter(range(DELIVERIES))

    async def drain(connection: Connection) -> None:
        for number in numbers:
            await send(connection, number)

    async with connections(stack.url, stack.token, AT_ONCE) as opened:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for connection in opened:
                tasks.create_task(drain(connection))
        taken = time.perf_counter() - began
    await until_quiet(stack.env)
    return DELIVERIES / taken


def _times(number: int) -> tuple[str, str]:
    """When somebody applied, and when they came into their present stage."""
    applied = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=10, seconds=number)
    return applied.isoformat(), (applied + timedelta(days=2)).isoformat()


def _delivering(secret: str, first: int) -> Send:
    """Sends the vendor's body about a new application, signed."""

    async def send(connection: Connection, number: int) -> None:
        applied, moved = _times(number)
        application: dict[str, Any] = {
            "id": first + number, "prospect": False, "status": "active", "applied_at": applied, "last_activity_at": moved,
            "source": {"id": 1, "name": "Referral"}, "current_stage": {"id": 2, "name": "Preliminary Phone Screen"},
            "candidate": {
                "id": first + number, "first_name": "Person", "last_name": str(number), "can_email": True,
                "email_addresses": [{"value": f"p{first + number}@example.org", "type": "personal"}],
            },
            "jobs": [{"id": first + number % JOBS, "name": "Engineer", "status": "open", "closed_at": None}],
        }  # fmt: skip
        raw = orjson.dumps({"action": "new_candidate_application", "payload": {"application": application}})
        signature = b"signature: sha256 %s\r\n" % hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode()
        answer = await connection.demand("POST", "/v1/connectors/greenhouse", raw, status=200, headers=signature)
        if orjson.loads(answer)["status"] != "applied":
            raise UnexpectedAnswer(f"a delivery was answered {answer[:500].decode(errors='replace')}")

    return send


def _posting(name: str) -> Send:
    """Posts what such a body holds."""

    async def send(connection: Connection, number: int) -> None:
        applied, moved = _times(number)
        reference, position = f"bench:{name}-{number}", f"bench:{name}-{number % JOBS}"
        job = orjson.dumps({"title": "Engineer", "status": "open", "observed_at": moved})
        status, answer = await connection.request("PATCH", f"/v1/positions/{position}", job)
        if status not in {200, 201}:
            raise UnexpectedAnswer(f"a position was answered {status}: {answer[:500].decode(errors='replace')}")
        person = {"name": f"Person {number}", "emails": [f"{name}-{number}@example.org"], "observed_at": moved}
        await connection.demand("PATCH", f"/v1/candidates/{reference}", orjson.dumps(person), status=201)
        events = [
            {"source": "bench", "id": f"{name}-{number}-{kind}", "type": f"rekindle.pursuit.{kind}", "subject": reference,
             "time": at, "data": {"position": position}}
            for kind, at in (("applied", applied), ("screened", moved))
        ]  # fmt: skip
        await connection.demand("POST", "/v1/events", orjson.dumps(events), status=207)

    return send
