"""Exact quantiles from rollups: counts by bucket say in which bucket each lies, and only the durations in those are sorted."""

from collections.abc import Mapping

import numpy as np

from services.analytics.domain.arrays import Ints
from services.analytics.domain.columns import Columns
from services.analytics.domain.groups import Exact, Group


def add(columns: Columns, name: str, cells: Ints, wanted: list[int], share: float, groups: Mapping[int, Group]) -> None:
    """Give groups, by the value of the dimension ``name``, the quantile of each key of the ``wanted`` measures.

    ``cells`` counts durations by value and measure. Between two durations the quantile is on the line between them.
    """
    width = cells.shape[1] if len(cells) else 0
    kept = np.asarray([code for code in groups if code < len(cells)], np.int64)
    found: list[tuple[str, Ints, Ints, Ints]] = []
    for key, measures in _by_key(columns, wanted).items():
        codes = measures[measures < width]
        counts = cells[np.ix_(kept, codes)].astype(np.int64)
        some = np.flatnonzero(counts.any(axis=1))
        up_to, values = np.cumsum(counts[some], axis=1), kept[some]
        if not len(values):
            continue
        n = up_to[:, -1]
        low = (share * (n - 1)).astype(np.int64)
        for rank in (low, np.minimum(low + 1, n - 1)):
            bucket = (up_to <= rank[:, None]).sum(axis=1)
            before = np.where(bucket > 0, np.take_along_axis(up_to, np.maximum(bucket - 1, 0)[:, None], 1)[:, 0], 0)
            found.append((key, values * width + codes[bucket], rank - before, n))
    if not found:
        return
    pairs = np.unique(np.concatenate([pair for _, pair, _, _ in found]))
    of, seconds = _durations(columns, name, pairs, width)
    ordered = np.sort((of << 32) | seconds)
    first = np.searchsorted(ordered >> 32, pairs)
    for lower, upper in zip(found[::2], found[1::2], strict=True):
        key, pair, _, n = lower
        ends = [(ordered[first[np.searchsorted(pairs, one)] + rank] & 0xFFFFFFFF) for _, one, rank, _ in (lower, upper)]
        place = share * (n - 1)
        quantile = ends[0] + (ends[1] - ends[0]) * (place - place.astype(np.int64))
        for value, lasted, many in zip((pair // width).tolist(), quantile.tolist(), n.tolist(), strict=True):
            groups[value].quantiles[key] = Exact(lasted, many)


def _by_key(columns: Columns, wanted: list[int]) -> dict[str, Ints]:
    """For each key of a family of durations the codes of its measures, in the order of their buckets."""
    found: dict[str, list[tuple[int, int]]] = {}
    for code in wanted:
        _, key, bucket = columns.spans.measures.values[code].split(".")
        found.setdefault(key, []).append((int(bucket), code))
    return {key: np.asarray([code for _, code in sorted(codes)], np.int64) for key, codes in found.items()}


def _durations(columns: Columns, name: str, pairs: Ints, width: int) -> tuple[Ints, Ints]:
    """The durations of some pairs of a value and a measure: the pair of each, and the seconds."""
    places = columns.spans_of(np.unique(pairs % width).tolist())
    rows = columns.spans.row.all[places]
    if name == "skill":
        value, which = columns.skills_of(rows)
        places = places[which]
    elif name == "sponsor":
        value = columns.sponsor_of[columns.dimensions["position"].all[rows]]
    else:
        value = columns.dimensions[name].all[rows] if name else np.zeros(len(rows), np.int64)
    of = value.astype(np.int64) * width + columns.spans.code.all[places]
    is_wanted = np.zeros(int(pairs[-1]) + 1, np.bool_)
    is_wanted[pairs] = True
    kept = np.flatnonzero((of <= pairs[-1]) & is_wanted[np.minimum(of, pairs[-1])])
    return of[kept], columns.spans.seconds.all[places[kept]].astype(np.int64)
