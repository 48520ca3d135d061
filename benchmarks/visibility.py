"""How long an event takes from its POST into the funnel, against what the broker alone needs for a record."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from benchmarks.client import Connection, connections
from benchmarks.figures import Figure, percentile
from benchmarks.history import history
from benchmarks.quiet import until_quiet
from benchmarks.run import Run
from rekindle.embedded.stack import Stack

RATE = 500
"""Events a second."""
SECONDS = 20
WATCHED = 20
"""One event in so many is followed into the funnel."""
TOPIC = "bench.bare"


async def measure(run: Run) -> list[Figure]:
    """The 99th percentile of both, in milliseconds, at the same rate on the same stack."""
    figure = Figure(
        "p99 to the funnel",
        f"p99 from POST to visible in the funnel at {RATE} events/s ÷ bare produce-to-consume p99 at the same rate",
        aim=10,
        at_most=True,
        units=("ms", "ms"),
    )
    stack = await run.stack()
    await run.warm(stack)
    await _create_topic(stack)
    medians: list[tuple[float, float]] = []
    for number in range(run.rounds):
        ours = await _into_funnel(stack, run.unique(f"seen{number}"))
        await until_quiet(stack.env)
        theirs = await _through_broker(stack, run.unique(f"bare{number}"))
        medians.append((percentile(ours, 0.5), percentile(theirs, 0.5)))
        figure.add(percentile(ours, 0.99), percentile(theirs, 0.99))
        run.tell(figure)
    figure.notes.append(
        f"{RATE * SECONDS} events in {SECONDS} s, one a request, at times set beforehand; one in {WATCHED} is followed by a "
        "funnel call with after= and wait=, and its time runs from when its POST was due until that call is answered."
    )
    figure.notes.append("medians (ms, ours / theirs): " + ", ".join(f"{ours:.1f} / {theirs:.1f}" for ours, theirs in medians))
    return [figure]


async def _pace(count: int, send: Callable[[int, float], Awaitable[None]]) -> None:
    """Call ``send`` with each number and the time at which it is due, at the rate, however long the calls take."""
    began = time.perf_counter() + 0.1
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            due = began + number / RATE
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(_call(send, number, due))


async def _call(send: Callable[[int, float], Awaitable[None]], number: int, due: float) -> None:
    await send(number, due)


async def _into_funnel(stack: Stack, name: str) -> list[float]:
    events = list(history(name, RATE * SECONDS))
    posted = [orjson.dumps(event) for event in events]
    taken: list[float] = []
    free: asyncio.Queue[Connection] = asyncio.Queue()  # in turn, for the server closes what stands idle for 5 s
    async with connections(stack.url, stack.token, 64) as opened:
        for connection in opened:
            free.put_nowait(connection)

        async def send(number: int, due: float) -> None:
            connection = await free.get()
            answer = orjson.loads(await connection.demand("POST", "/v1/events", posted[number], status=201))
            if number % WATCHED == 0:
                position = events[number]["data"]["position"]
                path = f"/v1/analytics/positions/{position}/funnel?after={answer['after']}&wait=10"
                await connection.demand("GET", path, status=200)
                taken.append((time.perf_counter() - due) * 1000)
            free.put_nowait(connection)

        await _pace(len(posted), send)
    return taken


async def _through_broker(stack: Stack, name: str) -> list[float]:
    servers = stack.env["KAFKA_BOOTSTRAP_SERVERS"]
    values = [orjson.dumps(event) for event in history(name, RATE * SECONDS)]
    producer = AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True, acks="all", linger_ms=0)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="latest")
    consumer.assign([TopicPartition(TOPIC, number) for number in range(12)])
    taken: list[float] = []
    due_at: dict[int, float] = {}

    async def read() -> None:
        while len(taken) < len(values):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                now = time.perf_counter()
                taken.extend((now - due_at[int(record.key)]) * 1000 for record in records)

    async def send(number: int, due: float) -> None:
        due_at[number] = due
        await producer.send(TOPIC, values[number], key=str(number).encode(), partition=number % 12)

    await producer.start()
    await consumer.start()
    try:
        await consumer.seek_to_end()
        reading = asyncio.create_task(read())
        await _pace(len(values), send)
        await asyncio.wait_for(reading, 30)
    finally:
        await consumer.stop()
        await producer.stop()
    return taken


async def _create_topic(stack: Stack) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.env["KAFKA_BOOTSTRAP_SERVERS"])
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=12, replication_factor=1)])
    finally:
        await admin.close()
