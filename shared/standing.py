"""How a service stands with its parts: what its readiness asks and its metrics read, the same for every service."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from shared.db import Sessions
from shared.lag import LagProbe
from shared.outbox.relay import LOCK_CLASS
from shared.probes import Check
from shared.scraping import database_measures


@dataclass(frozen=True)
class Standing:
    """Looks after one service's database, its outbox and its consumer groups. ``groups`` are those that keep offsets in it."""

    service: str
    sessions: Sessions
    bootstrap_servers: str
    groups: Sequence[str] = ()
    has_outbox: bool = False
    probe: LagProbe = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "probe", LagProbe(self.bootstrap_servers))

    @property
    def checks(self) -> Mapping[str, Check]:
        """What the service cannot answer without."""
        return {"database": self._database}

    @property
    def watched(self) -> Mapping[str, Check]:
        """What its effects wait for: without these it accepts and answers, and catches up once they are back."""
        watched: dict[str, Check] = {"broker": self.probe.check}
        if self.has_outbox:
            watched["relay"] = self._relay
        return watched

    @property
    def measures(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """Brings the gauges of the service up to date."""
        return [database_measures(self.service, self.sessions, self.probe, groups=self.groups, has_outbox=self.has_outbox)]

    async def close(self) -> None:
        """Let go of broker and database."""
        await self.probe.close()
        await self.sessions.close()

    async def _database(self) -> None:
        async with self.sessions.begin() as session:
            await session.execute(text("SELECT version_num FROM alembic_version"))

    async def _relay(self) -> None:
        """Some relay must lead the shards, or nothing that is accepted leaves this service."""
        async with self.sessions.begin() as session:
            led = await session.scalar(
                text(
                    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
                    "WHERE locktype = 'advisory' AND granted AND classid = :class AND datname = current_database()"
                ),
                {"class": LOCK_CLASS},
            )
        if not led:
            raise RuntimeError("no relay runs: what is accepted is kept, and published once one does")
