"""Fields are registers: what counts does not depend on the order, repetition or grouping of what is said."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.registers import Observation, heads_of, join, read_heads, values_of, write_heads

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

observations = st.builds(
    Observation,
    field=st.sampled_from(["name", "title", "location.city"]),
    value=st.one_of(st.none(), st.sampled_from(["a", "b"]), st.integers(0, 2), st.lists(st.sampled_from("xy"), max_size=2)),
    source=st.sampled_from(["gem", "greenhouse", "maria"]),
    observed_at=st.integers(0, 3).map(lambda day: BEGIN + timedelta(days=day)),
)


def said(value: object, *, day: int = 0, source: str = "gem") -> Observation:
    return Observation("title", value, source, BEGIN + timedelta(days=day))


def title(*told: Observation) -> object:
    return values_of(heads_of(told)).get("title")


@given(st.lists(observations, max_size=8).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_any_order_gives_the_same(told: tuple[list[Observation], list[Observation]]) -> None:
    given_order, other_order = told
    assert heads_of(given_order) == heads_of(other_order)


@given(st.lists(observations), st.lists(observations), st.lists(observations))
def test_joining_is_associative_commutative_and_idempotent(
    a: list[Observation], b: list[Observation], c: list[Observation]
) -> None:
    one, two, three = heads_of(a), heads_of(b), heads_of(c)
    assert join(join(one, two), three) == join(one, join(two, three)) == heads_of([*a, *b, *c])
    assert join(one, two) == join(two, one)
    assert join(one, one) == one


@given(st.lists(observations))
def test_heads_are_read_as_they_were_written(told: list[Observation]) -> None:
    assert read_heads(write_heads(heads_of(told))) == heads_of(told)


def test_the_later_observation_counts() -> None:
    assert title(said("new", day=2), said("old", day=1)) == "new"


def test_clearing_clears_until_something_later_is_said() -> None:
    assert title(said("old"), said(None, day=1)) is None
    assert title(said(None, day=1), said("new", day=2)) == "new"


def test_at_the_same_moment_a_value_counts_more_than_none_then_the_later_source_then_the_greater_value() -> None:
    assert title(said("a"), said(None, source="zoho")) == "a"
    assert title(said("z", source="gem"), said("a", source="lever")) == "a"
    assert title(said("a"), said("b")) == "b"
