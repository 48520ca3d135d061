"""What the columns of attempts say of people who were touched of late, each with all touches of all their attempts."""

from datetime import datetime

import numpy as np

from services.analytics.domain.arrays import Ints, ranges
from services.analytics.domain.column_groups import chosen, lines_of
from services.analytics.domain.column_sums import grouped
from services.analytics.domain.columns import Columns
from services.analytics.domain.groups import Groups
from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question
from services.analytics.metrics import Sum
from services.analytics.metrics.effort import PRESSED_FOR, PRESSURE, TOUCH


def pressed(columns: Columns, question: Question, *, by: datetime, zone: str) -> Groups:
    """How many people were touched how often in the time up to ``by``, by group; each is at the time of the last touch."""
    rows, at = _touches(columns, micros(by - PRESSED_FOR), micros(by))
    halves = np.ascontiguousarray(columns.person.all[rows]).view(np.uint64).reshape(-1, 2)
    order = np.lexsort((at, halves[:, 0], halves[:, 1]))
    rows, at, halves = rows[order], at[order], halves[order]
    ends = np.flatnonzero(np.concatenate([np.any(halves[1:] != halves[:-1], axis=1), np.ones(min(1, len(rows)), np.bool_)]))
    touches = np.minimum(np.diff(ends, prepend=-1), len(PRESSURE))
    rows, at = rows[ends], at[ends]
    kept = np.ones(len(rows), np.bool_) if (mask := chosen(columns, question)) is None else mask[rows]
    for moment, within in ((question.since, np.greater_equal), (question.before, np.less)):
        if moment is not None:
            kept &= within(at, micros(moment))
    rows, at, touches = rows[kept], at[kept], touches[kept]
    lines, place = lines_of(columns, question, rows, at, zone)
    cells = lines.group * len(PRESSURE) + (touches if place is None else touches[place]) - 1
    found = np.bincount(cells, minlength=lines.number * len(PRESSURE)).reshape(lines.number, len(PRESSURE))
    groups: Groups = {}
    for code, group in grouped(lines, found.sum(axis=1), np.zeros(lines.number, np.int64), question).items():
        group.sums = {name: Sum(count) for name, count in zip(PRESSURE, found[code].tolist(), strict=True) if count}
        groups[lines.key(code)] = group
    return groups


def _touches(columns: Columns, since: int, until: int) -> tuple[Ints, Ints]:
    """The rows and the times of all touches after a time, up to another."""
    counts, rows = columns.counts, np.flatnonzero((columns.holds["last_at"].all > since) & columns.alive.all)
    first = np.searchsorted(counts.row.all, rows)
    places, of = ranges(first, np.searchsorted(counts.row.all, rows, "right") - first)
    at = counts.at.all[places]
    kept = (counts.code.all[places] == counts.measures.of(TOUCH)) & (at > since) & (at <= until)
    return rows[of[kept]], at[kept]
