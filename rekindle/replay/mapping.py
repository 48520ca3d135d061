"""What the columns and activities of a log mean: rows in, events as they are posted out."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.replay.cells import Reader
from rekindle.replay.rows import Row
from shared.timestamps import read_moment

LONGEST_ID = 500


class BadValue(Exception):
    """A row that was read but makes no event; the message says which value breaks which rule."""


def plain(activity: str) -> str:
    """An activity's name as it is compared: without case and surplus spaces."""
    return " ".join(activity.split()).casefold()


@dataclass(frozen=True, slots=True)
class Meaning:
    """The fact that an activity stands for.

    ``columns`` gives the column of each field of its data, nested ones with dots, ``readers`` how the cells of a field are read.
    """

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    readers: Mapping[str, Reader] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoFact:
    """The row's activity makes no event. ``expected``: the mapping says so."""

    activity: str
    expected: bool


@dataclass(frozen=True, slots=True)
class LogMapping:
    """A mapping file, read. ``activities`` and ``ignored`` are keyed by ``plain`` names."""

    source: str
    id_columns: tuple[str, ...]
    time_column: str
    case_column: str
    activity_column: str
    position: str | None
    position_column: str | None
    activities: Mapping[str, Meaning]
    ignored: frozenset[str] = frozenset()
    time_zone: ZoneInfo | None = None
    time_format: str | None = None
    delimiter: str = ","

    @property
    def columns(self) -> set[str]:
        """Every column that the log must have."""
        named = {*self.id_columns, self.time_column, self.case_column, self.activity_column}
        named.update(column for meaning in self.activities.values() for column in meaning.columns.values())
        return named | ({self.position_column} if self.position_column else set())

    def read(self, row: Row) -> dict[str, Any] | NoFact:
        """The CloudEvent of a row. Raises BadValue, also for a row whose activity makes no event."""
        name, subject, time = self._id(row), self._named(row, self.case_column), self._time(row)
        activity = self._needed(row, self.activity_column)
        meaning = self.activities.get(plain(activity))
        if meaning is None:
            return NoFact(activity, plain(activity) in self.ignored)
        return {
            "specversion": "1.0",
            "source": self.source,
            "id": name,
            "type": meaning.type,
            "subject": f"{self.source}:{subject}",
            "time": time.isoformat().replace("+00:00", "Z"),
            "data": self._data(row, meaning),
        }

    def _id(self, row: Row) -> str:
        name = ":".join(self._needed(row, column) for column in self.id_columns)
        if len(name) > LONGEST_ID:
            raise BadValue(f"{' and '.join(self.id_columns)} must have at most {LONGEST_ID} characters")
        return name

    def _time(self, row: Row) -> datetime:
        text = self._needed(row, self.time_column)
        seen = f"{self.time_column} {text[:60]!r}"
        try:
            moment = datetime.strptime(text, self.time_format) if self.time_format else datetime.fromisoformat(text)  # noqa: DTZ007
        except ValueError as error:
            form = f"as {self.time_format}" if self.time_format else "in ISO 8601, such as 2026-03-01T10:00:00Z"
            raise BadValue(f"{seen} is no time {form}") from error
        if moment.tzinfo is None:
            if self.time_zone is None:
                raise BadValue(f"{seen} has no zone; time_zone in the mapping's [file] may give one")
            moment = moment.replace(tzinfo=self.time_zone)
        try:
            return read_moment(moment.astimezone(UTC))
        except (ValueError, OverflowError) as error:
            raise BadValue(f"{seen} {error}") from error

    def _data(self, row: Row, meaning: Meaning) -> dict[str, Any]:
        data: dict[str, Any] = copy.deepcopy(dict(meaning.data))
        position = f"{self.source}:{self._named(row, self.position_column)}" if self.position_column else self.position
        if position is not None:
            data.setdefault("position", position)
        for name, column in meaning.columns.items():
            if cell := row.values[column].strip():
                value = _read(column, cell, meaning.readers.get(name, str))
                *above, last = name.split(".")
                place = data
                for part in above:
                    place = place.setdefault(part, {})
                place[last] = value
        return data

    def _named(self, row: Row, column: str) -> str:
        """A value that becomes the external id of a reference."""
        value = self._needed(row, column)
        if len(value) > 200 or not value.isprintable():
            raise BadValue(f"{column} must have 1 to 200 printable characters")
        return value

    def _needed(self, row: Row, column: str) -> str:
        value = row.values[column].strip()
        if not value:
            raise BadValue(f"{column} is empty")
        return value


def _read(column: str, cell: str, reader: Reader) -> object:
    try:
        return reader(cell)
    except ValueError as error:
        raise BadValue(f"{column} {cell[:60]!r} {error}") from error
