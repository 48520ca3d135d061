"""The whole stack in one place: PostgreSQL, Kafka, gateway and worker, started in order and kept running.

    async with running(data=folder) as stack:
        httpx.get(f"{stack.url}/v1/queue", headers={"Authorization": f"Bearer {stack.token}"})
        restarts = await stack.kill("postgres")
        await stack.recovered("postgres", restarts)

`stores()` starts PostgreSQL, Kafka or both, without the services.
"""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rekindle.embedded import jars, leftovers, programs, rotation, rule_files
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder
from rekindle.embedded.part import Part, last_lines
from rekindle.embedded.ports import choose, demand, http_status
from rekindle.embedded.stores import Stores
from rekindle.embedded.supervisor import Plan, Say, State, Supervised, Supervisor, together
from rekindle.embedded.tokens import Wanted, issue, own_tokens

READY_WITHIN = 90.0
"""Seconds until the services have to call themselves ready once they answer."""


@dataclass(frozen=True, slots=True)
class StackConfig:
    """What to start."""

    port: int = 0
    """The gateway's port; 0 takes a free one."""
    kafka_port: int = 0
    """The embedded broker's port when it is free; 0 takes that of the last start."""
    services: bool = True
    """False starts the stores alone."""
    postgres: bool = True
    kafka: bool = True
    split: bool = False
    """Run each part of the worker in a process of its own, so that each can be killed alone."""
    extra_env: Mapping[str, str] = field(default_factory=dict)
    postgres_settings: Mapping[str, str] = field(default_factory=dict)
    kafka_settings: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """A stack on a data folder that this process holds; `running` and `stores` start one and stop it again."""

    def __init__(self, folder: DataFolder, config: StackConfig, say: Say) -> None:
        self.folder = folder
        self.env: dict[str, str] = {}
        """The environment in which all parts run: addresses of databases and broker, keys."""
        self.token = ""
        """A token with all scopes; empty when only the stores run."""
        self.port = 0
        self._config = config
        self._say = say
        self._supervisor = Supervisor(say, self._write_down)
        self._ready = False
        self._workers: list[Part] = []
        self._rotation: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def greenhouse_secret(self) -> str:
        """The secret with which Greenhouse signs what it sends here."""
        return self.env["CONNECTORS_GREENHOUSE_SECRET"]

    @property
    def parts(self) -> Mapping[str, Supervised]:
        """The parts by name, in the order of their start; each has `pid`, `state` and `restarts`."""
        return self._supervisor.parts

    def issue_token(self, *scopes: str, name: str = "test", days: float = 1) -> str:
        """Issue a token with these scopes, signed by this stack's key."""
        return issue(self.folder.keys, Wanted(self.env["REKINDLE_DEPLOYMENT"], name, scopes, days))

    async def start(self) -> None:
        """Start everything and return when it is ready. Raises CannotStart; then nothing is left running."""
        try:
            if self._config.services:
                rule_files.check({**os.environ, **self._config.extra_env})
                self.port = demand(self._config.port)
            self.folder.check_version(jars.kafka_version())
            await asyncio.to_thread(leftovers.end, self.folder, self._say)
            self._rotation = asyncio.create_task(rotation.keep_small(self.folder.logs))
            await self._start_parts(self._stores())
            if self._config.services:
                await self.wait_ready()
            self._ready = True
            self._write_down()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything, in reverse order."""
        self._ready = False
        if self._rotation:
            self._rotation.cancel()
        await self._supervisor.stop()
        self.folder.run.unlink(missing_ok=True)

    def kill_all(self) -> None:
        """End all parts at once, without asking."""
        self._supervisor.kill()

    async def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Kill a part; the supervisor starts it again. Returns the number of restarts to wait for with `recovered`."""
        supervised = self.parts[part]
        supervised.signal(number)
        return supervised.restarts + 1

    async def recovered(self, part: str, restarts: int, *, seconds: float = 60) -> None:
        """Return once a killed part is ready again. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self.parts[part].wait_until(ready_after_restarts=restarts)

    def pause(self, part: str) -> None:
        """Stall a part, as a machine that swaps does (SIGSTOP)."""
        self.parts[part].signal(signal.SIGSTOP)

    def resume(self, part: str) -> None:
        """Let a stalled part go on (SIGCONT)."""
        self.parts[part].signal(signal.SIGCONT)

    async def halt(self, part: str) -> None:
        """Stop a part and leave it stopped until `start_again`."""
        await self.parts[part].stop()

    async def start_again(self, part: str) -> None:
        """Start a halted part. An emptied Kafka folder is formatted again and gets its topics."""
        await self.parts[part].start()

    async def wait_ready(self, *, seconds: float = READY_WITHIN) -> None:
        """Return when every service calls itself ready. Raises CannotStart with where to look."""
        deadline = time.monotonic() + seconds
        while await http_status(self.port, "/health/ready") != 200:
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"The services were not ready within {seconds:.0f} s: {self.url}/health/ready says which, and "
                    f"the logs in {self.folder.logs} say why.",
                    detail=last_lines(self.folder.logs / "gateway.log"),
                )
            await asyncio.sleep(0.05)

    def _stores(self) -> Stores:
        return Stores(
            folder=self.folder,
            supervisor=self._supervisor,
            env=self.env,
            say=self._say,
            partitions=int({**os.environ, **self._config.extra_env}.get("REKINDLE_PARTITIONS", "12")),
            kafka_port=self._config.kafka_port,
            postgres_settings=self._config.postgres_settings,
            kafka_settings=self._config.kafka_settings,
        )

    async def _start_parts(self, stores: Stores) -> None:
        """Start what does not wait for each other at the same time: the broker, and the databases with the gateway."""
        if self._config.kafka:
            stores.choose_broker()
        steps = []
        if self._config.postgres:
            steps.append(self._start_databases(stores))
        if self._config.kafka:
            steps.append(stores.start_kafka())
        await together(*steps)
        if self._config.services:
            await self._supervisor.start_together([Plan(part) for part in self._workers])

    async def _start_databases(self, stores: Stores) -> None:
        if not self._config.services:
            await stores.start_postgres()
            return
        await together(self._start_migrated(stores), self._complete_environment())
        await self._supervisor.start(Plan(programs.gateway(self.folder, self.env, self.port)))

    async def _start_migrated(self, stores: Stores) -> None:
        await stores.start_postgres()
        await stores.migrate()

    async def _complete_environment(self) -> None:
        fresh = {
            "deployment": f"rekindle-{secrets.token_hex(6)}",
            "greenhouse_secret": secrets.token_urlsafe(24),
            "cursor_key": secrets.token_urlsafe(32),
        }
        held = self.folder.remember("deployment", fresh)
        deployment = os.environ.get("REKINDLE_DEPLOYMENT") or str(held["deployment"])
        self.token, connectors = await own_tokens(self.folder, deployment)
        defaults = {
            "REKINDLE_DEPLOYMENT": deployment,
            "REKINDLE_JWKS_FILE": str(self.folder.keys / "jwks.json"),
            "GATEWAY_SIGNING_KEYS": str(self.folder.keys),
            "REKINDLE_PUBLIC_URL": self.url,
            "REKINDLE_CURSOR_KEY": str(held["cursor_key"]),
            "CANDIDATES_FILES_URL": self.folder.files.as_uri(),
            "CONNECTORS_API_URL": self.url,
            "GATEWAY_API_URL": self.url,
            "CONNECTORS_API_TOKEN": connectors,
            "CONNECTORS_GREENHOUSE_SECRET": str(held["greenhouse_secret"]),
        }
        self.env.update({name: os.environ.get(name) or value for name, value in defaults.items()})
        self.env.update(self._config.extra_env)
        names = await programs.part_names(self.env) if self._config.split else [None]
        ports: list[int] = []
        for _ in names:
            ports.append(choose(taken=[self.port, *ports]))
        self.env["REKINDLE_WORKER_URLS"] = " ".join(f"http://127.0.0.1:{port}" for port in ports)
        self._workers = [programs.worker(self.folder, self.env, port, only) for port, only in zip(ports, names, strict=True)]

    def _write_down(self) -> None:
        """Tell other processes about this stack; a disk that is full now must not end the supervision."""
        running = {
            "supervisor": os.getpid(),
            "written_at": time.time(),
            "ready": self._ready and all(part.state is State.READY for part in self.parts.values()),
            "url": self.url if self._config.services else None,
            "token": self.token,
            "env": self.env,
            "parts": {
                name: {"pid": part.pid, "state": part.state, "restarts": part.restarts} for name, part in self.parts.items()
            },
        }
        try:
            self.folder.write(self.folder.run, running)
        except CannotStart as problem:
            self._say(str(problem))


@asynccontextmanager
async def running(
    *,
    data: Path,
    port: int = 0,
    split: bool = False,
    extra_env: Mapping[str, str] | None = None,
    postgres_settings: Mapping[str, str] | None = None,
    kafka_settings: Mapping[str, str] | None = None,
    say: Say = lambda _text: None,
) -> AsyncIterator[Stack]:
    """The whole stack, ready, for the length of the block. Raises CannotStart."""
    config = StackConfig(
        port=port,
        split=split,
        extra_env=extra_env or {},
        postgres_settings=postgres_settings or {},
        kafka_settings=kafka_settings or {},
    )
    async with _held(data, config, say) as stack:
        yield stack


@asynccontextmanager
async def stores(
    *,
    data: Path,
    postgres: bool = True,
    kafka: bool = True,
    extra_env: Mapping[str, str] | None = None,
    postgres_settings: Mapping[str, str] | None = None,
    kafka_settings: Mapping[str, str] | None = None,
    say: Say = lambda _text: None,
) -> AsyncIterator[Stack]:
    """PostgreSQL with all databases, Kafka with all topics, or both, without services; addresses in `stack.env`."""
    config = StackConfig(
        services=False,
        postgres=postgres,
        kafka=kafka,
        extra_env=extra_env or {},
        postgres_settings=postgres_settings or {},
        kafka_settings=kafka_settings or {},
    )
    async with _held(data, config, say) as stack:
        yield stack


@asynccontextmanager
async def _held(data: Path, config: StackConfig, say: Say) -> AsyncIterator[Stack]:
    folder = DataFolder(data)
    with folder.in_use():
        stack = Stack(folder, config, say)
        await stack.start()
        try:
            yield stack
        finally:
            await stack.stop()
