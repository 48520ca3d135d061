"""Several people may have one mailbox, as families do: a row of somebody with another name is not that of who was there first.

Of who was there first and was erased no name is left. A row is then that of a relative only where that one is known by address
and name; else it counts as that of the erased person, who must not return.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.candidates.domain.duplicates.agreement import OTHER_PERSON, compare_names
from services.candidates.domain.duplicates.names import read_name
from services.candidates.domain.imports.identity import reference_of
from services.candidates.storage import candidates
from services.candidates.storage.import_rows import StoredRow
from services.candidates.storage.stated_names import names_of
from shared.db.asyncpg_connection import Driver
from shared.db.locks import STAGING


@dataclass(slots=True)
class Mailboxes:
    """Parts the rows of people who share a mailbox. ``source``, ``key`` and ``region`` are those of the import."""

    source: str
    key: bytes
    region: str | None
    _tried: dict[UUID, set[str]] = field(default_factory=dict)
    """The names of rows that are not stored, by whom they were of."""

    async def part(self, connection: Driver, rows: Sequence[StoredRow], *, are_stored: bool) -> list[StoredRow]:
        """The rows, each of its own person. ``are_stored``: whether they are stored then, and the rows before them are.

        Such rows are stored by one transaction at a time, which holds a lock from here on: it finds all that others stored.
        """
        streams = {row.candidate_id for row in rows if row.is_by_email and row.candidate_id is not None}
        if not streams:
            return list(rows)
        if are_stored:
            await connection.execute(f"SELECT pg_advisory_xact_lock({STAGING})")
        known = await names_of(connection, streams)
        for stream, names in self._tried.items():
            if stream in streams:
                known.setdefault(stream, set()).update(names)
        # After the names: of who is erased in between there are names, and they do not count.
        erased = await candidates.erased_among(connection, streams)
        own = {row.number: self._by_name(row) for row in rows if row.candidate_id in erased and _name_of(row) is not None}
        relatives = await candidates.known_among(connection, [row.candidate_id for row in own.values() if row.candidate_id])
        parted = [
            self._parted(row, known) if row.candidate_id not in erased else _of_relative(row, own.get(row.number), relatives)
            for row in rows
        ]
        if not are_stored:
            self._tried |= {stream: known[stream] for stream in streams if stream in known}
        return parted

    def _parted(self, row: StoredRow, known: dict[UUID, set[str]]) -> StoredRow:
        name = _name_of(row)
        if name is None or row.candidate_id is None:
            return row
        names = known.setdefault(row.candidate_id, set())
        if not names or not _are_all_others(name, names):
            names.add(name)
            return row
        return self._by_name(row)

    def _by_name(self, row: StoredRow) -> StoredRow:
        """The row as that of who has its address and its name."""
        reference = reference_of(self.source, None, row.content, key=self.key, region=self.region, with_name=True).reference
        content = {**row.content, "candidate": str(reference)}
        return replace(row, candidate_id=reference.id_of("candidate"), content=content, is_by_email=False)


def _name_of(row: StoredRow) -> str | None:
    """The name in a row that its address alone names; None in others."""
    name = None if row.content is None or not row.is_by_email else row.content.get("name")
    return name if isinstance(name, str) else None


def _of_relative(row: StoredRow, named: StoredRow | None, relatives: Collection[UUID]) -> StoredRow:
    """The row of an erased person's mailbox as that of a relative who is known, else as it is."""
    return row if named is None or named.candidate_id not in relatives else named


def _are_all_others(name: str, names: Collection[str]) -> bool:
    """Whether a name is that of none of those who go by these; who changed the surname is still the same."""
    if name in names:
        return False
    read = read_name(name)
    agreements = [compare_names(read, read_name(one)) for one in names]
    return all(one is not None and one.weight <= OTHER_PERSON for one in agreements)
