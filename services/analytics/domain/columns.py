"""Attempts as arrays in memory, one a column: what questions about many of them are answered from.

A row that changed is put at the end again and its old one is dead. Values of dimensions and names of measures are small
integers, each list of them a ``Codes``; code 0 is what is not known. An attempt's measures that are not durations are one
number, its profile: few sets of measures occur, so that counting profiles counts all measures at once.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import numpy as np

from services.analytics.domain.arrays import Grown, Ints, ranges
from services.analytics.domain.column_profiles import Shapes, counts_of
from services.analytics.domain.column_rollups import ALL, Rollups, Table, folded
from services.analytics.domain.profiles import Profile

DIMENSIONS = (
    "position", "recruiter", "sender_role", "via", "origin", "channel", "level", "location", "tier", "market_status",
    "attempt",
)  # fmt: skip
"""The dimensions of which an attempt has one value, as columns; skills are a list, a sponsor is looked up by the position."""

NEVER = 2**63 - 1
"""Later than all times."""
SPARE = 200_000
"""Dead rows that are never too many."""


class Holds(NamedTuple):
    """Whose an attempt is, and when its row holds: see ``AttemptRow``."""

    person: UUID
    first_at: int
    last_at: int
    first_received_at: int
    last_received_at: int
    changes_at: int | None


class Fed(NamedTuple):
    """An attempt as it is read for the columns."""

    slot: int
    cohort_at: int
    """Microseconds since 1970, UTC, as all times here."""
    dimensions: tuple[Hashable, ...]
    """In the order of ``DIMENSIONS``."""
    holds: Holds
    skills: Sequence[str]
    profile: Profile
    times: bytes
    """The times of the profile, each a big-endian 8 byte integer behind its 4 byte length: an array's binary form."""
    seconds: bytes
    """The durations likewise, of 4 bytes each."""


_V = TypeVar("_V", bound=Hashable)


class Codes(Generic[_V]):
    """Values and the small integers that stand for them."""

    def __init__(self, first: Iterable[_V]) -> None:
        self.values: list[_V] = []
        self.texts: list[str | None] = []
        """The values as the keys of groups spell them."""
        self._codes: dict[_V, int] = {}
        for value in first:
            self.of(value)

    def of(self, value: _V) -> int:
        """The code of a value, a new one where it has none."""
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
            self.texts.append(None if value is None else str(value))
        return code

    def known(self, value: _V) -> int | None:
        """The code of a value that occurs."""
        return self._codes.get(value)

    def __len__(self) -> int:
        return len(self.values)


class Contributions:
    """Contributions of attempts, in parallel: the row, the measure, the time and, of durations, the seconds."""

    def __init__(self) -> None:
        self.measures: Codes[str] = Codes([])
        self.row, self.code, self.at, self.seconds = Grown(np.int32), Grown(np.uint16), Grown(np.int64), Grown(np.int32)

    @property
    def columns(self) -> tuple[Grown, ...]:
        """All of its arrays."""
        return self.row, self.code, self.at, self.seconds


class Columns:
    """All attempts, by slot. ``position`` of a sponsor is looked up with ``sponsor_of``."""

    def __init__(self) -> None:
        self.slot, self.cohort_at, self.profile = Grown(np.int64), Grown(np.int64), Grown(np.int32)
        self.alive, self.person = Grown(np.bool_), Grown("V16")
        self.holds = {name: Grown(np.int64) for name in Holds._fields[1:]}
        self.dimensions = {name: Grown(np.int32 if name in {"position", "recruiter", "via"} else np.int16) for name in DIMENSIONS}
        self.codes: dict[str, Codes[Any]] = {name: Codes[Any]([None]) for name in (*DIMENSIONS, "sponsor", "skill")}
        self.skill, self.skill_start, self.skill_count = Grown(np.int32), Grown(np.int64), Grown(np.int16)
        self.counts, self.spans = Contributions(), Contributions()
        self.profiles: Codes[tuple[int, ...]] = Codes([()])
        self.shapes, self.profile_of = Shapes(), Grown(np.int32)
        self.sponsor_of = np.zeros(1, dtype=np.int32)
        self.rollups = Rollups((*DIMENSIONS, "skill"))
        self.dead = 0
        self._by_code: tuple[Ints, Ints] | None = None
        self._sorted: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))
        self._recent: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.slot.all)

    @property
    def size_in_bytes(self) -> int:
        """How much memory the arrays take."""
        contributions = (*self.counts.columns, *self.spans.columns)
        return sum(one.size_in_bytes for one in (*self._by_row, self.skill, *contributions)) + self.rollups.size_in_bytes

    @property
    def _by_row(self) -> tuple[Grown, ...]:
        """The arrays of one value a row."""
        by_name = (*self.dimensions.values(), *self.holds.values())
        return self.slot, self.cohort_at, self.profile, self.alive, self.person, self.skill_start, self.skill_count, *by_name

    def rows_of(self, slots: Sequence[int]) -> Ints:
        """The rows of those of the slots that have one."""
        ordered, rows = self._sorted
        wanted = np.asarray(slots, np.int64)
        found: list[int] = [self._recent[slot] for slot in slots if slot in self._recent]
        if len(ordered):
            places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
            found += rows[places[ordered[places] == wanted]].tolist()
        unique = np.unique(np.asarray(found, np.int64))
        return unique[self.alive.all[unique]]

    def drop(self, rows: Ints) -> None:
        """Rows that hold no more."""
        self._roll(rows, -1)
        self.alive.all[rows] = False
        self.dead += len(rows)

    def append(self, fed: Sequence[Fed]) -> Ints:
        """Put rows at the end; returns which they are."""
        first, many = len(self), len(fed)
        slots, cohorts, dimensions, holds, skills, profiles, times, seconds = zip(*fed, strict=True)
        persons, *moments, changes = zip(*holds, strict=True)
        self.person.extend(np.frombuffer(b"".join(person.bytes for person in persons), "V16"))
        until = [NEVER if at is None else at for at in changes]
        for grown, found in zip(self.holds.values(), (*moments, until), strict=True):
            grown.extend(found)
        for name, values in zip(DIMENSIONS, zip(*dimensions, strict=True), strict=True):
            self.dimensions[name].extend(list(map(self.codes[name].of, values)))
        self._spread_sponsors()
        self._append_skills(skills)
        self._append_contributions(first, profiles, b"".join(times), b"".join(seconds))
        self.slot.extend(slots)
        self.cohort_at.extend(cohorts)
        self.alive.extend(np.ones(many, np.bool_))
        self._recent.update(zip(slots, range(first, first + many), strict=True))
        if len(self._recent) > SPARE:
            self._sort()
        added = np.arange(first, first + many)
        self._roll(added, 1)
        return added

    def _roll(self, rows: Ints, sign: int) -> None:
        """Count rows in, or out, in order of their places."""
        spans, tables = self.spans, self.rollups
        first = np.searchsorted(spans.row.all, rows)
        span, of = ranges(first, np.searchsorted(spans.row.all, rows, "right") - first)
        profile, code = self.profile.all[rows], spans.code.all[span]
        for name, column in (
            (ALL, np.zeros(len(rows), np.int64)),
            *((one, held.all[rows]) for one, held in self.dimensions.items()),
        ):
            if name not in tables.attempts:
                return
            tables.attempts[name].add(column, profile, sign)
            tables.spans[name].add(column[of], code, sign)
        tables.seconds.add(np.zeros(len(span), np.int64), code, sign * spans.seconds.all[span].astype(np.int64))
        skill, has = self.skills_of(rows)
        tables.attempts["skill"].add(skill, profile[has], sign)
        skill, has = self.skills_of(rows[of])
        tables.spans["skill"].add(skill, code[has], sign)

    def skills_of(self, rows: Ints) -> tuple[Ints, Ints]:
        """The codes of all skills of some rows, and which of the rows each is of, by its place."""
        place, which = ranges(self.skill_start.all[rows], self.skill_count.all[rows].astype(np.int64))
        return self.skill.all[place], which

    def attempts_by(self, name: str) -> Ints | None:
        """How many attempts there are by the value of a dimension and by profile; None where that is not kept."""
        return self._table(self.rollups.attempts, name)

    def spans_by(self, name: str) -> Ints | None:
        """How many durations there are by the value of a dimension and by measure; None where that is not kept."""
        return self._table(self.rollups.spans, name)

    def _table(self, tables: Mapping[str, Table], name: str) -> Ints | None:
        kept = tables.get("position" if name == "sponsor" else name)
        cells = None if kept is None else kept.cells
        return folded(cells, self.sponsor_of) if name == "sponsor" else cells

    def spans_of(self, codes: Sequence[int]) -> Ints:
        """The places of the durations of some measures, of rows that are alive."""
        code = self.spans.code.all
        if self._by_code is None or len(code) - len(self._by_code[0]) > SPARE:
            order = np.argsort(code, kind="stable")
            self._by_code = order.astype(np.int32), np.searchsorted(code[order], np.arange(len(self.spans.measures) + 1))
        order, starts = self._by_code
        later = np.flatnonzero(np.isin(code[len(order) :], np.asarray(codes, np.int64))) + len(order)
        found = np.concatenate([*(order[starts[one] : starts[one + 1]] for one in codes if one + 1 < len(starts)), later])
        return found[self.alive.all[self.spans.row.all[found]]] if self.dead else found

    def _append_skills(self, skills: Sequence[Sequence[str]]) -> None:
        """Who has none has one that is not known, so that everybody has some."""
        counts = np.fromiter((len(one) or 1 for one in skills), np.int64, len(skills))
        start = len(self.skill.all)
        self.skill_start.extend(start + np.cumsum(counts) - counts)
        self.skill_count.extend(counts)
        of = self.codes["skill"].of
        self.skill.extend([of(skill) for some in skills for skill in (some or (None,))])

    def _append_contributions(self, first: int, profiles: Sequence[Profile], times: bytes, seconds: bytes) -> None:
        shapes = np.fromiter(map(self._shape_of, profiles), np.int64, len(profiles))
        at = np.frombuffer(times, np.dtype([("length", ">i4"), ("value", ">i8")]))["value"].astype(np.int64)
        lasted = np.frombuffer(seconds, np.dtype([("length", ">i4"), ("value", ">i4")]))["value"].astype(np.int32)
        counts, spans = self.shapes.spread(shapes)
        names, which = self.shapes.counted(spans.code, lasted)
        codes = np.asarray(list(map(self.spans.measures.of, names)), np.int64)
        for into, found, code in ((self.counts, counts, counts.code), (self.spans, spans, codes[which])):
            into.row.extend(found.row + first)
            into.code.extend(code)
            into.at.extend(at[found.at])
        self.spans.seconds.extend(lasted)
        self.profile.extend(self.profile_of.all[shapes])

    def _shape_of(self, profile: Profile) -> int:
        if (found := self.shapes.known(profile)) is not None:
            return found
        codes = list(map(self.counts.measures.of, counts_of(profile)))
        self.profile_of.extend([self.profiles.of(tuple(sorted(codes)))])
        return self.shapes.add(profile, codes)

    def forget_places(self) -> None:
        """Look for no row by its slot, and for no duration by its measure, as before."""
        self._by_code, self._recent = None, {}
        self._sorted = (np.empty(0, np.int64), np.empty(0, np.int64))

    def _sort(self) -> None:
        order = np.argsort(self.slot.all, kind="stable")
        order = order[self.alive.all[order]]
        self._sorted, self._recent = (self.slot.all[order], order), {}

    @property
    def is_wasteful(self) -> bool:
        """Whether so many rows are dead that ``compact`` is worth its time."""
        return self.dead > max(SPARE, len(self) // 3)

    def compact(self) -> None:
        """Leave out what is dead."""
        alive = self.alive.all.copy()
        moved = np.cumsum(alive) - 1
        for some in (self.counts, self.spans):
            kept = alive[some.row.all]
            for one in (some.code, some.at, *([some.seconds] if some is self.spans else [])):
                one.keep(kept)
            some.row.keep(kept)
            some.row.all[:] = moved[some.row.all]
        kept = np.repeat(alive, self.skill_count.all)
        self.skill.keep(kept)
        for one in self._by_row:
            one.keep(alive)
        counts = self.skill_count.all.astype(np.int64)
        self.skill_start.all[:] = np.cumsum(counts) - counts
        self.dead, self._by_code = 0, None
        self._sort()

    def name_sponsors(self, sponsors: Iterable[tuple[Hashable, str | None]]) -> None:
        """Say whose positions are."""
        position, sponsor = self.codes["position"], self.codes["sponsor"]
        coded = [(position.of(one), sponsor.of(whose)) for one, whose in sponsors]
        self._spread_sponsors()
        for place, whose in coded:
            self.sponsor_of[place] = whose

    def _spread_sponsors(self) -> None:
        """Have a place for each position."""
        missing = len(self.codes["position"]) - len(self.sponsor_of)
        if missing > 0:
            self.sponsor_of = np.concatenate([self.sponsor_of, np.zeros(missing, np.int32)])
