"""Answering from the columns: sums and quantiles by group, as SQL over the attempts gives them."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from services.analytics.dimensions import PERIOD
from services.analytics.domain.column_groups import Lines, chosen, lines_of
from services.analytics.domain.columns import Columns, Contributions, Ints
from services.analytics.domain.groups import Counted, Exact, Group, Groups
from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum

_MOST_CELLS = 1 << 22


def sums(columns: Columns, question: Question, prefixes: tuple[str, ...], *, judged: datetime, zone: str) -> Groups:
    """The sums by group of some measures; of one that ends with a dot, of all below it.

    Of more groups than the question's limit, those that are beyond it and one are left out.
    """
    wanted = _measures(columns.counts, prefixes)
    if question.is_of_attempts:
        lines = cohort_lines(columns, question, zone)
        found = by_profile(columns, lines, wanted)
        if question.view is View.COHORT:
            return _summed(lines, _counted(columns, question, lines, judged), columns, wanted, found)
        young = np.flatnonzero(columns.cohort_at.all[lines.row] > micros(judged))
        of_young = by_profile(columns, Lines(lines.row[young], lines.group[young], lines.number, []), wanted)
        groups = _grouped(found.sum(axis=1), of_young.sum(axis=1), question)
        return _summed(lines, groups, columns, wanted, found)
    lines, places = contribution_lines(columns, columns.counts, wanted, question, zone)
    place_of = _places(wanted, len(columns.counts.measures))
    cells = lines.group * max(1, len(wanted)) + place_of[columns.counts.code.all[places]]
    found = np.bincount(cells, minlength=lines.number * len(wanted)).reshape(lines.number, len(wanted))
    return _summed(lines, _counted(columns, question, lines, judged), columns, wanted, found)


def quantiles(columns: Columns, question: Question, family: str, share: float, *, judged: datetime, zone: str) -> Groups:
    """A quantile of the durations of a family by group and key, exact: between two durations on the line between them."""
    spans = columns.spans
    wanted = _measures(spans, (f"{family}.",))
    lines, places = contribution_lines(columns, spans, wanted, question, zone)
    if question.view is View.COHORT:
        attempts = cohort_lines(columns, question, zone)
        groups = {attempts.key(code): group for code, group in _counted(columns, question, attempts, judged).items()}
    else:
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


def cohort_lines(columns: Columns, question: Question, zone: str) -> Lines:
    """The attempts that a question by cohort is about."""
    mask = chosen(columns, question)
    cohort = columns.cohort_at.all
    for moment, within in ((question.since, np.greater_equal), (question.before, np.less)):
        if moment is not None and question.view is View.COHORT:
            found = within(cohort, micros(moment))
            mask = found if mask is None else mask & found
    rows = np.arange(len(columns)) if mask is None else np.flatnonzero(mask)
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
    young = np.flatnonzero(columns.cohort_at.all[lines.row] > micros(judged))
    return _grouped(
        np.bincount(lines.group, minlength=lines.number),
        np.bincount(lines.group[young], minlength=lines.number),
        question,
    )


def _grouped(everything: Ints, young: Ints, question: Question) -> dict[int, Group]:
    """The groups by code, with how much each holds: the largest, or all where they are in order of time."""
    codes = np.flatnonzero(everything)
    if len(codes) > question.limit + 1 and PERIOD not in question.group_by:
        least = np.partition(everything[codes], -question.limit - 1)[-question.limit - 1]
        codes = codes[everything[codes] >= least]
    found = zip(codes.tolist(), everything[codes].tolist(), (everything - young)[codes].tolist(), strict=True)
    return {code: Group(Counted(int(many), int(old))) for code, many, old in found}


def by_profile(columns: Columns, lines: Lines, wanted: list[int]) -> Ints:
    """How often each wanted measure was contributed to, by group: counted by profile, then by what each profile holds."""
    profiles = columns.profiles.values
    held = np.zeros((len(profiles), len(wanted)))
    place_of = {code: place for place, code in enumerate(wanted)}
    for number, profile in enumerate(profiles):
        for code in profile:
            if (place := place_of.get(code)) is not None:
                held[number, place] += 1
    profile_of = columns.profile.all[lines.row]
    if lines.number * len(profiles) <= _MOST_CELLS:
        cells = np.bincount(lines.group * len(profiles) + profile_of, minlength=lines.number * len(profiles))
        return np.asarray(cells.reshape(lines.number, len(profiles)) @ held)
    columns_of = [
        np.bincount(lines.group, weights=held[:, place][profile_of], minlength=lines.number) for place in range(len(wanted))
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
