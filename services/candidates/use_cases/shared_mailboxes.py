"""Several people may have one mailbox, as families do: a row of somebody with another name is not that of who was there first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.candidates.domain.duplicates.agreement import OTHER_PERSON, compare_names
from services.candidates.domain.duplicates.names import read_name
from services.candidates.domain.imports.identity import reference_of
from services.candidates.storage.import_rows import StoredRow
from services.candidates.storage.stated_names import names_of
from shared.db.asyncpg_connection import Driver


@dataclass(slots=True)
class Mailboxes:
    """Parts the rows of people who share a mailbox. ``source``, ``key`` and ``region`` are those of the import."""

    source: str
    key: bytes
    region: str | None
    _tried: dict[UUID, set[str]] = field(default_factory=dict)
    """The names of rows that are not stored, by whom they were of."""

    async def part(self, connection: Driver, rows: Sequence[StoredRow], *, are_stored: bool) -> list[StoredRow]:
        """The rows, each of its own person. ``are_stored``: whether the rows before these are, so that they are found there."""
        streams = {row.candidate_id for row in rows if row.is_by_email and row.candidate_id is not None}
        known = await names_of(connection, streams) if streams else {}
        for stream, names in self._tried.items():
            if stream in streams:
                known.setdefault(stream, set()).update(names)
        parted = [self._parted(row, known) for row in rows]
        if not are_stored:
            self._tried |= {stream: known[stream] for stream in streams if stream in known}
        return parted

    def _parted(self, row: StoredRow, known: dict[UUID, set[str]]) -> StoredRow:
        name = None if row.content is None else row.content.get("name")
        if not row.is_by_email or row.candidate_id is None or not isinstance(name, str):
            return row
        names = known.setdefault(row.candidate_id, set())
        if not names or not _are_all_others(name, names):
            names.add(name)
            return row
        reference = reference_of(self.source, None, row.content, key=self.key, region=self.region, with_name=True).reference
        content = {**row.content, "candidate": str(reference)}
        return replace(row, candidate_id=reference.id_of("candidate"), content=content)


def _are_all_others(name: str, names: Collection[str]) -> bool:
    """Whether a name is that of none of those who go by these; who changed the surname is still the same."""
    if name in names:
        return False
    read = read_name(name)
    agreements = [compare_names(read, read_name(one)) for one in names]
    return all(one is not None and one.weight <= OTHER_PERSON for one in agreements)
