"""Funnels from the columns: the sums of all measures by group, and which groups hold young cohorts."""

from datetime import datetime
from typing import NamedTuple

import numpy as np

from services.analytics.dimensions import PERIOD
from services.analytics.domain.arrays import Ints
from services.analytics.domain.column_groups import Lines, chosen, lines_of
from services.analytics.domain.column_rollups import ALL
from services.analytics.domain.column_sums import by_profile, cohort_lines, contribution_lines, held, rolled_by, rolled_lines
from services.analytics.domain.columns import Columns, Contributions
from services.analytics.domain.groups import Key
from services.analytics.domain.micros import micros
from services.analytics.domain.profiles import DURATIONS
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum

EXACT_UP_TO = 1000
"""Up to so many attempts each duration is counted by itself, so that medians are exact; above, in buckets."""
_FIRST = "reached.sourced"


class FunnelSums(NamedTuple):
    """Sums by measure for each key, and the keys of the groups that hold young cohorts."""

    groups: dict[Key, dict[str, Sum]]
    young: set[Key]


def funnel_sums(columns: Columns, question: Question, *, judged: datetime, zone: str) -> FunnelSums:
    """The sums that answer a question about funnels; of more groups than its limit, the largest."""
    mask = chosen(columns, question)
    are_few = (len(columns) if mask is None else int(np.count_nonzero(mask))) <= EXACT_UP_TO
    groups: dict[Key, dict[str, Sum]] = {} if question.group_by else {(): {}}
    lines, found = _counts(columns, question, zone)
    names = columns.counts.measures.values
    codes = _largest(found, names, question)
    for code in codes.tolist():
        some = np.flatnonzero(found[code])
        groups[lines.key(code)] = {names[place]: Sum(int(found[code, place])) for place in some.tolist()}
    for key, measure, many, seconds in _durations(columns, question, zone, exact=are_few):
        if key in groups:
            groups[key][measure] = Sum(many, seconds)
    return FunnelSums(groups, _young(columns, question, mask, judged, zone) & groups.keys())


def _counts(columns: Columns, question: Question, zone: str) -> tuple[Lines, Ints]:
    """How often each measure that is no duration was contributed to, by group."""
    wanted = list(range(len(columns.counts.measures)))
    if question.is_of_attempts:
        name = rolled_by(question)
        if name is not None and (cells := columns.attempts_by(name)) is not None and len(cells):
            return rolled_lines(columns, question, cells), cells @ held(columns, wanted)[: cells.shape[1]]
        lines = cohort_lines(columns, question, zone)
        return lines, by_profile(columns, lines, wanted)
    lines, places = contribution_lines(columns, columns.counts, wanted, question, zone)
    cells = lines.group * len(wanted) + columns.counts.code.all[places]
    return lines, np.bincount(cells, minlength=lines.number * len(wanted)).reshape(lines.number, len(wanted))


def _largest(found: Ints, names: list[str], question: Question) -> Ints:
    codes = np.flatnonzero(found.any(axis=1))
    if _FIRST not in names or len(codes) <= question.limit or PERIOD in question.group_by:
        return codes
    first = found[codes, names.index(_FIRST)]
    return np.asarray(codes[first >= np.partition(first, -question.limit)[-question.limit]])


def _durations(columns: Columns, question: Question, zone: str, *, exact: bool) -> list[tuple[Key, str, int, int]]:
    spans: Contributions = columns.spans
    number = len(spans.measures)
    wanted = [code for code, name in enumerate(spans.measures.values) if name.partition(".")[0] in DURATIONS]
    if not wanted:
        return []
    totals = columns.rollups.seconds.cells
    if not exact and rolled_by(question) == ALL and totals is not None and (counts := columns.spans_by(ALL)) is not None:
        return [
            ((), measure, many, total)
            for measure, many, total in zip(spans.measures.values, counts[0].tolist(), totals[0].tolist(), strict=False)
            if many
        ]
    lines, places = contribution_lines(columns, spans, wanted, question, zone)
    cells, seconds = lines.group * number + spans.code.all[places], spans.seconds.all[places].astype(np.int64)
    if exact:
        each, counts = np.unique(np.stack([cells, seconds]), axis=1, return_counts=True)
        return [
            (lines.key(cell // number), f"{spans.measures.values[cell % number]}.{lasted}", many, lasted * many)
            for cell, lasted, many in zip(*each.tolist(), counts.tolist(), strict=True)
        ]
    found, place, counts = (
        np.unique(cells, return_inverse=True, return_counts=True) if lines.unique is not None else _tally(cells)
    )
    sums = np.bincount(place, weights=seconds, minlength=len(found))
    return [
        (lines.key(cell // number), spans.measures.values[cell % number], many, int(total))
        for cell, many, total in zip(found.tolist(), counts.tolist(), sums.tolist(), strict=True)
    ]


def _tally(cells: Ints) -> tuple[Ints, Ints, Ints]:
    """As ``numpy.unique`` with places and counts, without sorting."""
    counts = np.bincount(cells)
    held = np.flatnonzero(counts)
    place_of = np.zeros(len(counts), np.int64)
    place_of[held] = np.arange(len(held))
    return held, place_of[cells], counts[held]


def _young(columns: Columns, question: Question, mask: Ints | None, judged: datetime, zone: str) -> set[Key]:
    young = columns.cohort_at.all > micros(judged)
    if question.before is not None and question.view is View.COHORT:
        young &= columns.cohort_at.all < micros(question.before)
    rows = np.flatnonzero(young if mask is None else young & mask)
    lines, _ = lines_of(columns, question, rows, columns.cohort_at.all[rows], zone)
    return {lines.key(code) for code in np.unique(lines.group).tolist()}
