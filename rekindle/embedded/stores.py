"""PostgreSQL and Kafka of a stack: embedded, or those that the environment names."""

import asyncio
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rekindle.embedded import jars
from rekindle.embedded.folder import DataFolder
from rekindle.embedded.kafka import Kafka
from rekindle.embedded.postgres import Postgres
from rekindle.embedded.programs import run_to_end
from rekindle.embedded.supervisor import Plan, Say, Supervisor
from rekindle.runtime.registry import SERVICES

ROOT = Path(__file__).resolve().parents[2]
TOPICS = ROOT / "shared" / "events" / "topics.py"
MIGRATIONS = "services/*/migrations/versions/*.py"


@dataclass(frozen=True)
class Stores:
    """Starts what is wanted and fills ``env`` with the addresses of what there is."""

    folder: DataFolder
    supervisor: Supervisor
    env: dict[str, str]
    say: Say
    databases: tuple[str, ...] = tuple(service.name for service in SERVICES)
    partitions: int = 12
    kafka_port: int = 0
    postgres_settings: Mapping[str, str] = field(default_factory=dict)
    kafka_settings: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _postgres(self) -> Postgres:
        return Postgres(self.folder, self.databases, self.postgres_settings)

    async def start_postgres(self) -> None:
        """Start the embedded server for every database whose address is not given. Raises CannotStart."""
        variables = {f"{name.upper()}_DATABASE_URL": name for name in self.databases}
        given = {name: os.environ[name] for name in variables if os.environ.get(name)}
        self.env.update(given)
        if len(given) == len(variables):
            return
        for variable, database in variables.items():
            self.env.setdefault(variable, self._postgres.url(database))
        plan = Plan(self._postgres.part(), self._postgres.prepare, self._postgres.create_databases)
        await self.supervisor.start(plan)

    async def migrate(self) -> None:
        """Bring the databases to their newest revisions. Embedded ones remember which migrations they were given."""
        # The marker lies in the server's own folder, so that it goes when the databases go.
        marker = self.folder.postgres / ".migrations"
        digest = hashlib.sha256()
        for path in sorted(ROOT.glob(MIGRATIONS)):
            digest.update(path.read_bytes())
        if not marker.exists() or marker.read_text() != digest.hexdigest():
            await run_to_end(self.folder, "migrate", "rekindle.runtime.migrate", self.env)
            self.say("databases are migrated")
            if all(self.env[f"{name.upper()}_DATABASE_URL"] == self._postgres.url(name) for name in self.databases):
                marker.write_text(digest.hexdigest())

    def choose_broker(self) -> None:
        """Fill in the broker's address, before it is started: the one that is given, or the embedded one's to be."""
        given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        self.env["KAFKA_BOOTSTRAP_SERVERS"] = given or Kafka.address(self.folder, preferred=self.kafka_port)

    async def start_kafka(self) -> None:
        """Start the embedded broker unless another is given; create the topics on either. Raises CannotStart."""
        if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            await self._create_topics()
            return
        folder = await asyncio.to_thread(jars.installed, progress=self._fetched)
        kafka = Kafka(self.folder, folder, self.kafka_settings)
        await self.supervisor.start(Plan(kafka.part(), kafka.prepare, self._create_topics, kafka.keep_recording))

    def _fetched(self, done: int, wanted: int) -> None:
        if done == 0:
            self.say(f"fetching Apache Kafka once: {wanted} files, 45 MB")
        elif done % 10 == 0 or done == wanted:
            self.say(f"fetching Apache Kafka: {done} of {wanted}")

    async def _create_topics(self) -> None:
        # The marker lies in the embedded broker's own folder, so that it goes when the topics go.
        marker = self.folder.kafka / ".topics"
        wanted = f"{self.partitions}\n{TOPICS.read_text()}"
        if marker.exists() and marker.read_text() == wanted:
            return
        bootstrap = self.env["KAFKA_BOOTSTRAP_SERVERS"]
        environment = {"KAFKA_BOOTSTRAP_SERVERS": bootstrap, "REKINDLE_PARTITIONS": str(self.partitions)}
        await run_to_end(self.folder, "topics", "rekindle.runtime.topics", environment)
        if marker.parent.exists():
            marker.write_text(wanted)
