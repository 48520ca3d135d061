"""Fields are registers: what counts does not depend on the order, repetition or grouping of what is said."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.registers import Observation, heads_of, join, observe, read_heads, values_of, write_heads

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


def title(*sent: Observation) -> object:
    return values_of(heads_of(sent)).get("title")


@given(st.lists(observations, max_size=8).flatmap(lambda sent: st.tuples(st.just(sent), st.permutations(sent))))
def test_any_order_gives_the_same(sent: tuple[list[Observation], list[Observation]]) -> None:
    given_order, other_order = sent
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
def test_heads_are_read_as_they_were_written(sent: list[Observation]) -> None:
    assert read_heads(orjson.loads(write_heads(heads_of(sent)))) == heads_of(sent)


def test_the_later_observation_counts() -> None:
    assert title(said("new", day=2), said("old", day=1)) == "new"


def test_clearing_clears_until_something_later_is_said() -> None:
    assert title(said("old"), said(None, day=1)) is None
    assert title(said(None, day=1), said("new", day=2)) == "new"


def test_at_the_same_moment_a_value_counts_more_than_none_then_the_later_source_then_the_greater_value() -> None:
    assert title(said("a"), said(None, source="zoho")) == "a"
    assert title(said("z", source="gem"), said("a", source="lever")) == "a"
    assert title(said("a"), said("b")) == "b"


def test_a_repetition_moves_the_time_of_the_head_and_is_no_new_entry() -> None:
    first = observe({}, [said("a", day=1)])
    again = observe(first.heads, [said("a", day=3)])

    assert first.added == (said("a", day=1),)
    assert (again.added, again.replaced) == ((), ())
    head = again.heads["title"]
    assert (head.observed_at, head.stated_at) == (BEGIN + timedelta(days=3), BEGIN + timedelta(days=1))


def test_a_head_that_was_repeated_and_is_replaced_ends_then() -> None:
    heads = observe({}, [said("a", day=1), said("a", day=3)]).heads

    after = observe(heads, [said("b", day=5)])

    assert after.added == (said("b", day=5),)
    assert [(one.stated_at.day, one.observed_at.day) for one in after.replaced] == [(2, 4)]


def test_an_older_repetition_and_each_observation_of_a_field_that_keeps_each_are_entries() -> None:
    heads = observe({}, [said("a", day=3)]).heads

    assert observe(heads, [said("a", day=1)]).added == (said("a", day=1),)
    assert observe(heads, [said("a", day=4)], keep_each={"title"}).added == (said("a", day=4),)


@given(st.lists(observations))
def test_what_counts_is_the_same_whether_repetitions_are_recognised_or_not(sent: list[Observation]) -> None:
    def counting(heads: Mapping[str, Observation]) -> dict[str, tuple[object, ...]]:
        return {name: head.rank for name, head in heads.items()}

    assert counting(observe({}, sent).heads) == counting(heads_of(sent))
