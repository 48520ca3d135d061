"""A range of streams is looked through part by part."""

from itertools import pairwise
from uuid import UUID

import pytest

from shared.reconciliation.requests import FIRST, LAST
from shared.reconciliation.responder import SLICES, _slices


@pytest.mark.parametrize(("first", "last"), [(FIRST, LAST), (UUID(int=5), UUID(int=5)), (UUID(int=2**127 - 1), UUID(int=2**127))])
def test_parts_cover_the_range_without_gap_or_overlap(first: UUID, last: UUID) -> None:
    parts = list(_slices(first, last))

    assert (parts[0][0], parts[-1][1]) == (first, last)
    assert all(one[1].int + 1 == other[0].int for one, other in pairwise(parts))


def test_all_ids_are_cut_into_equal_parts() -> None:
    widths = {end.int - begin.int + 1 for begin, end in _slices(FIRST, LAST)}

    assert widths == {2**128 // SLICES}
