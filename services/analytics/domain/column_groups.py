"""Which rows of the columns a question is about, and which group each of them belongs to."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from services.analytics.dimensions import BY_NAME, PERIOD, SKILL, Dimension
from services.analytics.domain.arrays import Ints
from services.analytics.domain.columns import Columns
from services.analytics.domain.groups import Key
from services.analytics.domain.micros import micros, moment_of
from services.analytics.domain.questions import Period, Question

_MICROS = 1_000_000
_QUARTER = 15 * 60 * _MICROS
_MOST_CODES = 1 << 22


def chosen(columns: Columns, question: Question) -> Ints | None:
    """Which rows are alive and pass the filters, as a mask; None for all."""
    masks: list[Ints] = [columns.alive.all] if columns.dead else []
    named = [*question.filters.items()]
    named += [] if question.position is None else [("position", (str(question.position),))]
    masks += [_has(columns, name, list(map(BY_NAME[name].stored, values))) for name, values in named]
    if not masks:
        return None
    return np.asarray(np.logical_and.reduce(masks))


def _has(columns: Columns, name: str, values: Sequence[Hashable]) -> Ints:
    """Which rows have one of the values."""
    codes = [code for value in values if (code := columns.codes[name].known(value)) is not None]
    if not codes:
        return np.zeros(len(columns), np.bool_)
    if name == "skill":
        found = np.zeros(len(columns), np.bool_)
        places = np.flatnonzero(_is_one_of(columns.skill.all, codes))
        found[np.searchsorted(columns.skill_start.all, places, "right") - 1] = True
        return found
    if name == "sponsor":
        return _is_one_of(columns.sponsor_of, codes)[columns.dimensions["position"].all]
    return _is_one_of(columns.dimensions[name].all, codes)


def _is_one_of(found: Ints, codes: list[int]) -> Ints:
    return np.asarray(found == codes[0] if len(codes) == 1 else np.isin(found, codes))


@dataclass(slots=True)
class Lines:
    """What is counted, line by line: the row of each and its group. With skills a row has a line for each of them."""

    row: Ints | slice
    """A slice where every row is one."""
    group: Ints
    number: int
    """How many groups there may be: codes are below it."""
    values: list[Sequence[str | None]]
    """The values of the codes of each dimension, that of the first dimension being the highest digit."""
    unique: Ints | None = None
    """What the codes stand for, where there would be too many."""

    def some(self, places: Ints) -> "Lines":
        """Some of the lines, by their places."""
        rows = places if isinstance(self.row, slice) else self.row[places]
        return Lines(rows, self.group[places], self.number, self.values, self.unique)

    def key(self, group: int) -> Key:
        """The key of a group."""
        rest = int(group if self.unique is None else self.unique[group])
        key: list[str | None] = []
        for values in reversed(self.values):
            rest, code = divmod(rest, len(values))
            key.append(values[code])
        return tuple(reversed(key))


def lines_of(columns: Columns, question: Question, rows: Ints | slice, at: Ints, zone: str) -> tuple[Lines, Ints | None]:
    """The lines of some rows, of which each falls into a period by its time ``at``; a slice stands for all rows.

    Also returns, where a row has several lines, which of the rows each line is of, by its place.
    """
    place: Ints | None = None
    skills = np.empty(0, np.int64)
    if SKILL in question.group_by:
        rows = np.arange(len(columns))[rows] if isinstance(rows, slice) else rows
        skills, place = columns.skills_of(rows)
        rows = rows[place]
    group: Ints | None = None
    number = 1
    values: list[Sequence[str | None]] = []
    code: Ints
    names: Sequence[str | None]
    for dimension in question.group_by:
        if dimension is PERIOD:
            code, names = periods(at if place is None else at[place], question.period, zone)
        elif dimension is SKILL:
            code, names = skills, columns.codes["skill"].texts
        else:
            code, names = _codes(columns, dimension, rows), columns.codes[dimension.name].texts
        group = code.astype(np.int64) if group is None else group * len(names) + code
        number *= len(names)
        values.append(names)
    if group is None:
        group = np.zeros(len(at), np.int64)
    unique: Ints | None = None
    if number > _MOST_CODES:
        unique, group = np.unique(group, return_inverse=True)
        number = len(unique)
    return Lines(rows, group, number, values, unique), place


def _codes(columns: Columns, dimension: Dimension, rows: Ints | slice) -> Ints:
    if dimension.name == "sponsor":
        return np.asarray(columns.sponsor_of[columns.dimensions["position"].all[rows]])
    return np.asarray(columns.dimensions[dimension.name].all[rows])


def periods(at: Ints, length: Period, zone: str) -> tuple[Ints, list[str]]:
    """For each time the place of its period in the organisation's zone, and the first days of the periods."""
    if not len(at):
        return np.zeros(0, np.int64), ["none"]
    lowest, highest = int(at.min()), int(at.max())
    days = _first_days(length, _day(lowest, zone), _day(highest, zone))
    starts = np.asarray([_begin(day, zone) for day in days], np.int64)
    if np.any(starts % _QUARTER):
        return np.searchsorted(starts, at, "right") - 1, [day.isoformat() for day in days]
    quarters = starts // _QUARTER
    first, last = lowest // _QUARTER, highest // _QUARTER
    table = np.searchsorted(quarters, np.arange(first, last + 1), "right") - 1
    return table[at // _QUARTER - first], [day.isoformat() for day in days]


def _day(at: int, zone: str) -> date:
    return moment_of(at).astimezone(ZoneInfo(zone)).date()


def _begin(day: date, zone: str) -> int:
    return micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC))


def _first_days(length: Period, first: date, last: date) -> list[date]:
    """The first days of the periods from that of one day to that of another."""
    days = [_first_day(length, first)]
    while (following := _next(length, days[-1])) <= last:
        days.append(following)
    assert all(one < other for one, other in pairwise(days))
    return days


def _first_day(length: Period, day: date) -> date:
    if length is Period.WEEK:
        return day - timedelta(days=day.weekday())
    if length is Period.DAY:
        return day
    month = {Period.MONTH: day.month, Period.QUARTER: day.month - (day.month - 1) % 3, Period.YEAR: 1}[length]
    return date(day.year, month, 1)


def _next(length: Period, day: date) -> date:
    if length in {Period.DAY, Period.WEEK}:
        return day + timedelta(days=1 if length is Period.DAY else 7)
    months = day.year * 12 + day.month - 1 + {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[length]
    return date(months // 12, months % 12 + 1, 1)
