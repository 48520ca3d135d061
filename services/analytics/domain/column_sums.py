"""Answering from the columns: sums and quantiles by group, as SQL over the attempts gives them."""

from collections.abc import Iterator
from datetime import datetime
from heapq import nsmallest

import numpy as np

from services.analytics.dimensions import PERIOD
from services.analytics.domain import column_quantiles
from services.analytics.domain.arrays import Ints
from services.analytics.domain.column_groups import Lines, chosen, lines_of
from services.analytics.domain.column_rollups import ALL
from services.analytics.domain.columns import Columns, Contributions
from services.analytics.domain.groups import Counted, Exact, Group, Groups, in_order
from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum

_MOST_CELLS = 1 << 22


def sums(
    columns: Columns,
    question: Question,
    prefixes: tuple[str, ...],
    *,
    judged: datetime,
    zone: str,
    by_contribution: bool = False,
) -> Groups:
    """The sums by group of some measures; of one that ends with a dot, of all below it.

    A group is as large as it has attempts; in the activity view, or ``by_contribution``, as it has contributions.

    Of more groups than the question's limit, those that are beyond it and one are left out.
    """
    wanted = _measures(columns.counts, prefixes)
    if question.is_of_attempts:
        lines, found, counted, young = _attempts(columns, question, wanted, judged, zone)
        if question.view is View.COHORT and not by_contribution:
            return _summed(lines, grouped(lines, counted, _tally(young), question), columns, wanted, found)
        of_young = by_profile(columns, young, wanted)
        return _summed(lines, grouped(lines, found.sum(axis=1), of_young.sum(axis=1), question), columns, wanted, found)
    lines, places = contribution_lines(columns, columns.counts, wanted, question, zone)
    place_of = _places(wanted, len(columns.counts.measures))
    cells = lines.group * max(1, len(wanted)) + place_of[columns.counts.code.all[places]]
    found = np.bincount(cells, minlength=lines.number * len(wanted)).reshape(lines.number, len(wanted))
    return _summed(lines, _counted(columns, question, lines, judged), columns, wanted, found)


def quantiles(columns: Columns, question: Question, family: str, share: float, *, judged: datetime, zone: str) -> Groups:
    """A quantile of the durations of a family by group and key, exact: between two durations on the line between them."""
    spans, groups = columns.spans, Groups()
    wanted = _measures(spans, (f"{family}.",))
    if question.view is View.COHORT:
        attempts, _, counted, young = _attempts(columns, question, [], judged, zone)
        by_code = grouped(attempts, counted, _tally(young), question)
        groups = {attempts.key(code): group for code, group in by_code.items()}
        if (name := rolled_by(question)) is not None and (cells := columns.spans_by(name)) is not None:
            column_quantiles.add(columns, name, cells, wanted, share, by_code)
            return groups
    lines, places = contribution_lines(columns, spans, wanted, question, zone)
    if question.view is View.ACTIVITY:
        groups = {lines.key(code): group for code, group in _counted(columns, question, lines, judged).items()}
    if not len(places):
        return groups
    keys = [spans.measures.values[code].split(".")[1] for code in wanted]
    names = list(dict.fromkeys(keys))
    key_of = np.zeros(len(spans.measures), np.int64)
    key_of[wanted] = [names.index(key) for key in keys]
    cells = lines.group * len(names) + key_of[spans.code.all[places]]
    ordered = np.sort((cells << 32) | spans.seconds.all[places])
    cells, seconds = ordered >> 32, ordered & 0xFFFFFFFF
    starts = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
    n = np.diff(np.concatenate([starts, [len(cells)]]))
    place = share * (n - 1)
    low = place.astype(np.int64)
    first = seconds[starts + low]
    value = first + (seconds[starts + np.minimum(low + 1, n - 1)] - first) * (place - low)
    for cell, quantile, many in zip(cells[starts].tolist(), value.tolist(), n.tolist(), strict=True):
        if (group := groups.get(lines.key(cell // len(names)))) is not None:
            group.quantiles[names[cell % len(names)]] = Exact(quantile, many)
    return groups


def weights(columns: Columns, question: Question, prefixes: tuple[str, ...], *, judged: datetime, zone: str) -> Groups:
    """As ``sums``, of measures whose contributions do not just count: with what they weigh."""
    spans = columns.spans
    wanted = _measures(spans, prefixes)
    lines, places = contribution_lines(columns, spans, wanted, question, zone)
    if question.view is View.COHORT:
        attempts, _, counted, young = _attempts(columns, question, [], judged, zone)
        by_code = grouped(attempts, counted, _tally(young), question)
        groups = {attempts.key(code): group for code, group in by_code.items()}
    else:
        groups = {lines.key(code): group for code, group in _counted(columns, question, lines, judged).items()}
    cells = lines.group * len(spans.measures) + spans.code.all[places]
    cell_of, place, counts = np.unique(cells, return_inverse=True, return_counts=True)
    totals = np.bincount(place, weights=spans.seconds.all[places], minlength=len(cell_of))
    for cell, many, total in zip(cell_of.tolist(), counts.tolist(), totals.tolist(), strict=True):
        if (group := groups.get(lines.key(cell // len(spans.measures)))) is not None:
            group.sums[spans.measures.values[cell % len(spans.measures)]] = Sum(many, int(total))
    return groups


def rolled_by(question: Question) -> str | None:
    """The dimension by which the rollups count what is asked, ``ALL`` for none; None where they do not: see Rollups."""
    if question.filters or question.position or question.since or question.before or not question.is_of_attempts:
        return None
    if len(question.group_by) > 1 or PERIOD in question.group_by:
        return None
    return question.group_by[0].name if question.group_by else ALL


def rolled_lines(columns: Columns, question: Question, cells: Ints) -> Lines:
    """No lines, but the keys of the rows of a rollup's table."""
    names = [columns.codes[one.name].texts for one in question.group_by]
    return Lines(np.empty(0, np.int64), np.empty(0, np.int64), len(cells) if names else 1, [*names])


def _attempts(
    columns: Columns, question: Question, wanted: list[int], judged: datetime, zone: str
) -> tuple[Lines, Ints, Ints, Lines]:
    """By whole attempts: the keys of groups, their sums of the wanted measures, their sizes, and the lines too young to judge."""
    cohort = columns.cohort_at.all
    name = rolled_by(question)
    if name is not None and (cells := columns.attempts_by(name)) is not None and len(cells):
        late = cohort > micros(judged)
        rows = np.flatnonzero(late & columns.alive.all if columns.dead else late)
        young, _ = lines_of(columns, question, rows, cohort[rows], zone)
        lines = rolled_lines(columns, question, cells)
        young.number = lines.number
        return lines, cells @ held(columns, wanted)[: cells.shape[1]], cells.sum(axis=1), young
    lines = cohort_lines(columns, question, zone)
    young = lines.some(np.flatnonzero(cohort[lines.row] > micros(judged)))
    return lines, by_profile(columns, lines, wanted), _tally(lines), young


def _tally(lines: Lines) -> Ints:
    return np.bincount(lines.group, minlength=lines.number)


def cohort_lines(columns: Columns, question: Question, zone: str) -> Lines:
    """The attempts that a question by cohort is about."""
    mask = chosen(columns, question)
    cohort = columns.cohort_at.all
    for moment, within in ((question.since, np.greater_equal), (question.before, np.less)):
        if moment is not None and question.view is View.COHORT:
            found = within(cohort, micros(moment))
            mask = found if mask is None else mask & found
    rows = slice(None) if mask is None else np.flatnonzero(mask)
    lines, _ = lines_of(columns, question, rows, cohort[rows], zone)
    return lines


def contribution_lines(
    columns: Columns, some: Contributions, wanted: list[int], question: Question, zone: str
) -> tuple[Lines, Ints]:
    """The contributions to the wanted measures that a question is about, and the place of each."""
    table = np.zeros(max(1, len(some.measures)), np.bool_)
    table[wanted] = True
    mask = table[some.code.all]
    moments = columns.cohort_at.all[some.row.all] if question.view is View.COHORT else some.at.all
    for moment, within in ((question.since, np.greater_equal), (question.before, np.less)):
        if moment is not None:
            mask &= within(moments, micros(moment))
    if (rows := chosen(columns, question)) is not None:
        mask &= rows[some.row.all]
    places = np.flatnonzero(mask)
    lines, spread = lines_of(columns, question, some.row.all[places], moments[places], zone)
    return lines, places if spread is None else places[spread]


def _counted(columns: Columns, question: Question, lines: Lines, judged: datetime) -> dict[int, Group]:
    """The groups by code, with how many lines each holds."""
    young = lines.some(np.flatnonzero(columns.cohort_at.all[lines.row] > micros(judged)))
    return grouped(lines, _tally(lines), _tally(young), question)


def grouped(lines: Lines, everything: Ints, young: Ints, question: Question) -> dict[int, Group]:
    """The groups by code, with how much each holds: the largest and one more, or all where they are in order of time."""
    codes = np.flatnonzero(everything)
    most = question.limit + 1
    if len(codes) > most and PERIOD not in question.group_by:
        least = np.partition(everything[codes], -most)[-most]
        larger, equal = codes[everything[codes] > least], codes[everything[codes] == least].tolist()
        equal = nsmallest(most - len(larger), equal, key=lambda code: in_order(lines.key(code)))
        codes = np.sort(np.concatenate([larger, equal]).astype(np.int64))
    found = zip(codes.tolist(), everything[codes].tolist(), (everything - young)[codes].tolist(), strict=True)
    return {code: Group(Counted(int(many), int(old))) for code, many, old in found}


def held(columns: Columns, wanted: list[int]) -> Ints:
    """How often each profile holds each wanted measure."""
    profiles = columns.profiles.values
    found = np.zeros((len(profiles), len(wanted)))
    place_of = {code: place for place, code in enumerate(wanted)}
    for number, profile in enumerate(profiles):
        for code in profile:
            if (place := place_of.get(code)) is not None:
                found[number, place] += 1
    return found


def by_profile(columns: Columns, lines: Lines, wanted: list[int]) -> Ints:
    """How often each wanted measure was contributed to, by group: counted by profile, then by what each profile holds."""
    profiles, of_profile = len(columns.profiles), held(columns, wanted)
    profile_of = columns.profile.all[lines.row]
    if lines.number * profiles <= _MOST_CELLS:
        cells = np.bincount(lines.group * profiles + profile_of, minlength=lines.number * profiles)
        return np.asarray(cells.reshape(lines.number, profiles) @ of_profile)
    columns_of = [
        np.bincount(lines.group, weights=of_profile[:, place][profile_of], minlength=lines.number) for place in range(len(wanted))
    ]
    return np.stack(columns_of, axis=1) if columns_of else np.zeros((lines.number, 0))


def _summed(lines: Lines, groups: dict[int, Group], columns: Columns, wanted: list[int], found: Ints) -> Groups:
    names = [columns.counts.measures.values[code] for code in wanted]
    for code, group in groups.items():
        group.sums = {name: Sum(int(count)) for name, count in zip(names, found[code].tolist(), strict=True) if count}
    return {lines.key(code): group for code, group in groups.items()}


def _places(wanted: list[int], size: int) -> Ints:
    places = np.zeros(max(1, size), np.int64)
    places[wanted] = np.arange(len(wanted))
    return places


def _measures(some: Contributions, prefixes: tuple[str, ...]) -> list[int]:
    return list(_matching(some.measures.values, prefixes))


def _matching(names: list[str], prefixes: tuple[str, ...]) -> Iterator[int]:
    for code, name in enumerate(names):
        if any(name.startswith(prefix) if prefix.endswith(".") else name == prefix for prefix in prefixes):
            yield code
