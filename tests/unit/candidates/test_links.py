"""Persons as components of links."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.links import Link, components, parting, person_map

A, B, C, D, E = (UUID(int=number) for number in range(1, 6))
ALL = [A, B, C, D, E]

link_sets = st.frozensets(
    st.tuples(st.sampled_from(ALL), st.sampled_from(ALL)).filter(lambda ends: ends[0] != ends[1]).map(lambda e: Link(*e)),
    max_size=8,
)


@pytest.mark.parametrize(
    ("links", "people"),
    [
        ([], [A, B, C, D]),
        ([Link(B, A)], [B, B, C, D]),
        ([Link(A, B), Link(B, C), Link(C, D)], [A, A, A, A]),
        ([Link(D, C), Link(C, B), Link(B, A)], [D, D, D, D]),
        ([Link(B, A), Link(C, A)], [B, B, B, D]),
        ([Link(A, B), Link(B, C), Link(C, A)], [A, A, A, D]),
        ([Link(D, A), Link(A, B), Link(B, A)], [D, D, C, D]),
    ],
)
def test_the_record_that_names_the_others_stands_for_the_person(links: list[Link], people: list[UUID]) -> None:
    assert person_map([A, B, C, D], links) == dict(zip([A, B, C, D], people, strict=True))


@given(link_sets)
def test_every_stream_has_one_person_who_is_one_of_its_own_streams(links: frozenset[Link]) -> None:
    people = person_map(ALL, links)
    assert set(people) == set(ALL)
    assert all(people[person] == person for person in people.values())
    assert all(people[link.record] == people[link.named] for link in links)
    assert len(set(people.values())) == len(components(ALL, links))


@given(link_sets, st.sampled_from(ALL), st.sampled_from(ALL))
def test_parting_separates_and_undoes_nothing_else(links: frozenset[Link], one: UUID, other: UUID) -> None:
    undone = parting(one, other, links)
    left = links - undone
    before, after = person_map(ALL, links), person_map(ALL, left)
    if one == other or before[one] != before[other]:
        assert undone == frozenset()
        return
    assert after[one] != after[other]
    assert all(link.touches(other) for link in undone)
    # Whoever is not reached through the parted stream stays with the person.
    without = [link for link in links if not link.touches(other)]
    kept = next(person for person in components(set(ALL) - {other}, without) if one in person)
    assert {stream for stream in ALL if after[stream] == after[one]} == kept


@given(link_sets, st.sampled_from(ALL), st.sampled_from(ALL))
def test_a_link_made_and_undone_leaves_who_was_there(links: frozenset[Link], one: UUID, other: UUID) -> None:
    people = person_map(ALL, links)
    if people[one] == people[other]:
        return
    linked = links | {Link(one, other)}
    assert parting(one, other, linked) == {Link(one, other)}
    assert person_map(ALL, linked - parting(one, other, linked)) == people
