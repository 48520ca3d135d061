"""A table of remarks: dated texts of streams, which are added and never changed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic
from uuid import UUID

from services.candidates.domain.remarks import R
from shared.db.asyncpg_connection import Driver, Write


@dataclass(frozen=True, slots=True)
class RemarkTable(Generic[R]):
    """One table. ``columns`` are in the order of the members of what ``read`` makes."""

    name: str
    columns: tuple[str, ...]
    read: Callable[..., R]

    @property
    def names(self) -> str:
        """The columns, for a SELECT."""
        return ", ".join(self.columns)

    async def of_streams(self, connection: Driver, streams: Collection[UUID]) -> list[R]:
        """All remarks of these streams, the newest first."""
        rows = await connection.fetch(
            f"SELECT {self.names} FROM {self.name} WHERE candidate_id = ANY($1::uuid[]) ORDER BY observed_at DESC, id DESC",  # noqa: S608
            list(streams),
        )
        return [self.read(*row) for row in rows]

    def adding(self, remark: R) -> Write:
        """Store a remark."""
        given = ", ".join(f"${number}" for number, _ in enumerate(self.columns, 1))
        insert = f"INSERT INTO {self.name} ({self.names}) VALUES ({given})"  # noqa: S608 - constants
        return Write(insert, tuple(getattr(remark, name) for name in self.columns))

    def forgetting(self, streams: Collection[UUID]) -> Write:
        """Delete the remarks of these streams."""
        return Write(f"DELETE FROM {self.name} WHERE candidate_id = ANY($1::uuid[])", (list(streams),))  # noqa: S608
