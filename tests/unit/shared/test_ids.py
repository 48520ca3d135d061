"""References: good and bad ones, and ids that every service derives alike."""

import unicodedata
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import (
    NAMESPACE,
    MalformedReferenceError,
    Reference,
    candidate_id,
    event_id,
    is_id,
    position_id,
    pursuit_id,
    shard_of,
    spelled,
)

SOURCES = st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,49}\Z")
EXTERNAL_IDS = (
    (st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=200))
    .map(spelled)
    .filter(lambda one: len(one) <= 200)
)


@pytest.mark.parametrize(
    ("text", "source", "external_id"),
    [
        ("greenhouse:53883394", "greenhouse", "53883394"),
        ("g:1", "g", "1"),
        ("9.a_b-c:x", "9.a_b-c", "x"),
        ("a" * 50 + ":" + "x" * 200, "a" * 50, "x" * 200),
        ("greenhouse:Application[770001]", "greenhouse", "Application[770001]"),
        ("ats:urn:candidate:7", "ats", "urn:candidate:7"),
        ("ats::", "ats", ":"),
        ("ats: a b ", "ats", " a b "),
        ("ats:Ada/Byron?x=1#é漢", "ats", "Ada/Byron?x=1#é漢"),
    ],
)
def test_good_references_are_split_at_the_first_colon(text: str, source: str, external_id: str) -> None:
    reference = Reference.parse(text)

    assert (reference.source, reference.external_id) == (source, external_id)
    assert str(reference) == text


@pytest.mark.parametrize(
    "text",
    [
        "", ":", "ats", "ats:", ":1", "ATS:1", "Ats:1", ".ats:1", "-ats:1", "_ats:1", "a ts:1", "äts:1", "a" * 51 + ":1",
        "ats\n:1", "ats:" + "x" * 201, "ats:a\nb", "ats:a\tb", "ats:\0", "ats:a\x7fb", "ats:\u200b", "ats:\u2028", "ats:\ud800",
        "ats:\u00a0",
        "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a00", "{7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001}", "7f6f2f047d6d5f3e9a558f2d9a40a001",
    ],
)  # fmt: skip
def test_bad_references_are_refused_with_the_rule(text: str) -> None:
    with pytest.raises(MalformedReferenceError, match=r"^must (be|begin|have) "):
        candidate_id(text)


def test_an_id_is_taken_as_it_is() -> None:
    text = "7F6F2F04-7d6d-5f3e-9a55-8f2d9a40a001"

    assert candidate_id(text) == position_id(text) == UUID(text)
    assert is_id(text)
    assert not is_id(f"{text}\n")


def test_the_namespace_and_the_derivation_never_change() -> None:
    assert UUID("6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55") == NAMESPACE
    assert candidate_id("greenhouse:53883394") == uuid5(NAMESPACE, "candidate:greenhouse:53883394")
    assert position_id("greenhouse:107761") == uuid5(NAMESPACE, "position:greenhouse:107761")


@given(SOURCES, EXTERNAL_IDS)
def test_the_same_reference_gives_the_same_id_and_another_one_for_a_position(source: str, external_id: str) -> None:
    text = f"{source}:{external_id}"

    assert Reference.parse(text) == Reference(source, external_id)
    assert candidate_id(text) == Reference.parse(text).id_of("candidate") == candidate_id(text)
    assert candidate_id(text) != position_id(text)
    assert candidate_id(text).version == 5


@given(st.tuples(SOURCES, EXTERNAL_IDS), st.tuples(SOURCES, EXTERNAL_IDS))
def test_two_references_have_two_ids(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (one == other) == (candidate_id(":".join(one)) == candidate_id(":".join(other)))


@given(SOURCES, st.text(max_size=50), SOURCES, st.text(max_size=50))
def test_two_events_have_two_ids_whatever_their_senders_call_them(a: str, b: str, c: str, d: str) -> None:
    assert ((a, b) == (c, d)) == (event_id(a, b) == event_id(c, d))


@given(st.text())
def test_any_text_is_read_or_refused_with_a_rule(text: str) -> None:
    try:
        assert isinstance(candidate_id(text), UUID)
    except MalformedReferenceError as error:
        assert str(error).startswith(("must", "the"))  # noqa: PT017 - both are right; another error is not


@given(st.uuids(), st.integers(1, 1000))
def test_a_stream_has_one_shard(stream: UUID, shards: int) -> None:
    assert 0 <= shard_of(stream, shards) < shards
    assert shard_of(stream, shards) == shard_of(UUID(str(stream)), shards)


def test_streams_spread_evenly_over_the_shards() -> None:
    counts = [0] * 12
    for number in range(12_000):
        counts[shard_of(candidate_id(f"ats:{number}"), 12)] += 1

    assert min(counts) > 850


def test_a_pursuit_is_of_one_person_and_one_position() -> None:
    person, position = candidate_id("ats:1"), position_id("ats:1")

    assert pursuit_id(person, position) == pursuit_id(person, position)
    assert pursuit_id(person, position) != pursuit_id(position, person)


@pytest.mark.parametrize("name", ["Zo\u00eb", "\u00c5ngstr", "\ud55c\uad6d", "\u0939\u093f\u0928\u094d\u0926\u0940", "plain"])
def test_a_name_is_one_however_its_letters_are_composed(name: str) -> None:
    composed, decomposed = (f"gem:{unicodedata.normalize(form, name)}" for form in ("NFC", "NFD"))

    assert candidate_id(composed) == candidate_id(decomposed)
    assert position_id(composed) == position_id(decomposed)
    assert str(Reference.parse(decomposed)) == composed
