"""When a position was open, from what was said of it in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.registers import Observation
from services.candidates.domain.spans import Openings, OpenSpan, fold_openings

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING: dict[str, Any] = {}


def day(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def said(number: int, source: str = "ats", **sent: Any) -> list[Observation]:
    """A patch of a day; times are days too."""
    values = {name: day(value).isoformat() if isinstance(value, int) else value for name, value in sent.items()}
    return [Observation(name, value, source, day(number)) for name, value in values.items()]


def fold(*patches: list[Observation]) -> Openings:
    return fold_openings([one for patch in patches for one in patch])


def span(opened: int | None, closed: int | None = None) -> OpenSpan:
    return OpenSpan(None if opened is None else day(opened), None if closed is None else day(closed))


@pytest.mark.parametrize(
    ("patches", "status", "spans"),
    [
        ([], None, []),
        ([said(1, status="draft")], "draft", []),
        ([said(1, status="open")], "open", [span(None)]),
        ([said(1, status="draft"), said(2, status="open")], "open", [span(None)]),
        ([said(2, status="open", opened_at=1)], "open", [span(1)]),
        ([said(2, status="open", opened_at=1), said(3, opened_at=0)], "open", [span(0)]),
        ([said(1, status="open", opened_at=1), said(5, status="closed")], "closed", [span(1, 5)]),
        ([said(1, opened_at=1), said(5, status="closed", closed_at=4)], "closed", [span(1, 4)]),
        ([said(1, opened_at=1), said(5, closed_at=4)], "closed", [span(1, 4)]),
        ([said(5, status="closed")], "closed", [span(None, 5)]),
        ([said(5, status="closed"), said(6, status="closed")], "closed", [span(None, 5)]),
        ([said(5, status="closed"), said(6, closed_at=4)], "closed", [span(None, 4)]),
        ([said(5, status="closed", closed_at=3), said(6, closed_at=None)], "closed", [span(None, 5)]),
        ([said(1, status="open"), said(5, closed_at=4), said(6, closed_at=None)], "open", [span(None)]),
        ([said(1, status="open", closed_at=0)], "open", [span(None)]),
        ([said(1, status="closed"), said(3, status="open")], "open", [span(None, 1), span(3)]),
        ([said(1, status="closed"), said(3, status="open", opened_at=2)], "open", [span(None, 1), span(2)]),
        ([said(1, status="closed"), said(3, status="open", opened_at=0)], "open", [span(None, 1), span(3)]),
        ([said(1, status="closed"), said(3, opened_at=2)], "open", [span(None, 1), span(2)]),
        ([said(1, opened_at=1), said(5, status="on_hold")], "on_hold", [span(1)]),
        ([said(1, opened_at=1), said(5, status="closed"), said(6, status="on_hold")], "on_hold", [span(1, 5)]),
        ([said(5, status="closed", opened_at=7)], "closed", [span(None, 5)]),
    ],
)
def test_openings_follow_from_what_was_said(patches: list[list[Observation]], status: str | None, spans: list[OpenSpan]) -> None:
    openings = fold(*patches)
    assert (openings.status, list(openings.spans)) == (status, spans)


def test_a_closing_before_its_opening_is_a_contradiction() -> None:
    assert fold(said(5, status="closed", opened_at=7)).is_contradicted
    assert not fold(said(5, status="closed", opened_at=4)).is_contradicted


patches = st.builds(
    lambda number, source, sent: said(number, source, **sent),
    st.integers(0, 9),
    st.sampled_from(["ats", "gem"]),
    st.fixed_dictionaries(
        NOTHING,
        optional={
            "status": st.sampled_from(["draft", "open", "on_hold", "closed", None]),
            "opened_at": st.one_of(st.none(), st.integers(0, 9)),
            "closed_at": st.one_of(st.none(), st.integers(0, 9)),
        },
    ),
)


@given(st.lists(patches, max_size=6).flatmap(lambda sent: st.tuples(st.just(sent), st.permutations(sent))))
def test_any_order_and_any_repetition_give_the_same(orders: tuple[list[list[Observation]], list[list[Observation]]]) -> None:
    given_order, other_order = orders
    assert fold(*given_order) == fold(*other_order) == fold(*given_order, *other_order)


@given(st.lists(patches, max_size=8))
def test_spans_are_sound(sent: list[list[Observation]]) -> None:
    openings = fold(*sent)
    assert all(s.closed_at is not None for s in openings.spans[:-1])
    assert all(s.opened_at is None or s.closed_at is None or s.opened_at <= s.closed_at for s in openings.spans)
    assert openings.status != "open" or openings.closed_at is None
