"""Cadence, suppression and consent by property: what a candidate chose binds everyone, and only their own word lifts it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.engagement.domain.contact import Code
from shared.events.vocabulary import Channel
from tests.unit.engagement.story import Story, day
from tests.unit.engagement.test_contact_checks import OTHER, check, codes

OWN = UUID(int=1)
CHOICES = frozenset({Code.HARD_NO, Code.DO_NOT_CONTACT, Code.NO_CONSENT, Code.UNSUBSCRIBED, Code.CHANNEL_UNUSABLE, Code.CADENCE})
"""What rests on a person's own word, or on an address of theirs."""
Said = tuple[str, int, dict[str, Any]]

CHANNELS = st.sampled_from([Channel.EMAIL, Channel.PHONE])
ADDRESSES = st.sampled_from([None, "ada@home.example", "ada@work.example"])


def _channel_fact(kind: str, channel: Channel, address: str | None, at: int) -> Said:
    return kind, at, {"channel": channel.value} | ({} if address is None else {"address": address})


FACTS: st.SearchStrategy[Said] = st.one_of(
    st.builds(
        _channel_fact,
        st.sampled_from([f"candidate.{kind}" for kind in ("unsubscribed", "resubscribed", "bounced", "complained")]),
        CHANNELS,
        ADDRESSES,
        st.integers(0, 300),
    ),
    st.builds(
        lambda every, channels, at: (
            "candidate.cadence_chosen",
            at,
            {"every_days": every} | ({} if channels is None else {"channels": channels}),
        ),
        st.sampled_from([7, 90, 365]),
        st.sampled_from([None, ["email"], ["phone"], ["email", "phone"]]),
        st.integers(0, 300),
    ),
    st.builds(
        lambda kind, basis, at: (f"candidate.consent_{kind}", at, {"basis": basis}),
        st.sampled_from(["given", "withdrawn"]),
        st.sampled_from(["consent", "legitimate_interest"]),
        st.integers(0, 300),
    ),
    st.builds(
        lambda kind, reason, at: (f"candidate.hard_no_{kind}", at, {"reason": reason}),
        st.sampled_from(["set", "lifted"]),
        st.sampled_from(["do_not_contact", "career_change"]),
        st.integers(0, 300),
    ),
    st.builds(lambda at: ("pursuit.responded", at, {"channel": "email"}), st.integers(0, 300)),
    st.builds(lambda at: ("pursuit.contacted", at, {"channel": "email", "purpose": "outreach"}), st.integers(0, 300)),
)
HISTORIES = st.lists(FACTS, max_size=8)


def person_of(own: Sequence[Said], other: Sequence[Said] = ()) -> Story:
    """A person with two records."""
    story = Story()
    for stream, facts in ((OWN, own), (OTHER, other)):
        for kind, at, data in facts:
            when = (day("2025-01-01") + timedelta(days=at)).date().isoformat()
            story.fact(kind, when, "ats:a" if kind.startswith("pursuit.") else None, stream=stream, **data)
    return story


def held_by(story: Story, channel: Channel, address: str | None) -> frozenset[Code]:
    return CHOICES & set(codes(check(story, channel=channel, address=address)))


@settings(max_examples=400, deadline=None)
@given(HISTORIES, HISTORIES, CHANNELS, ADDRESSES)
def test_a_merge_lifts_nothing_and_the_strictest_wins(
    own: list[Said], other: list[Said], channel: Channel, address: str | None
) -> None:
    merged = held_by(person_of(own, other), channel, address)

    assert held_by(person_of(own), channel, address) <= merged
    assert held_by(person_of([], other), channel, address) <= merged


@settings(max_examples=300, deadline=None)
@given(HISTORIES, HISTORIES, CHANNELS, ADDRESSES)
def test_parted_again_each_has_their_own(own: list[Said], other: list[Said], channel: Channel, address: str | None) -> None:
    """A person's state is what their own records say: nothing of a merge stays behind."""
    merged = person_of(own, other)
    parted = Story(facts=[fact for fact in merged.facts if fact.stream == OWN])

    assert held_by(parted, channel, address) == held_by(person_of(own), channel, address)


@settings(max_examples=300, deadline=None)
@given(HISTORIES, FACTS, CHANNELS, ADDRESSES)
def test_an_import_of_older_facts_lifts_nothing(own: list[Said], imported: Said, channel: Channel, address: str | None) -> None:
    later = [(kind, at + 301, data) for kind, at, data in own]
    # A basis that they never took back is none of what they withdrew.
    assume(imported[0] != "candidate.consent_given" or any(data.get("basis") == imported[2]["basis"] for _, _, data in own))

    before = held_by(person_of(later), channel, address)
    assert before <= held_by(person_of([*later, imported]), channel, address)


@settings(max_examples=300, deadline=None)
@given(HISTORIES, CHANNELS, st.sampled_from(["maria", "tom", None]), st.sampled_from(["maria", "tom", None]))
def test_it_binds_everyone(own: list[Said], channel: Channel, one: str | None, another: str | None) -> None:
    story = person_of(own)

    found = [CHOICES & set(codes(check(story, channel=channel, recruiter=by))) for by in (one, another)]
    assert found[0] == found[1]


@settings(max_examples=300, deadline=None)
@given(HISTORIES, ADDRESSES)
def test_a_bounce_concerns_its_address_and_channel_alone(own: list[Said], bounced: str | None) -> None:
    story = person_of([*own, _channel_fact("candidate.bounced", Channel.EMAIL, bounced, 301)])

    assert held_by(story, Channel.PHONE, None) == held_by(person_of(own), Channel.PHONE, None)
    if bounced is not None:
        assert held_by(story, Channel.EMAIL, "third@home.example") == held_by(person_of(own), Channel.EMAIL, "third@home.example")
    assert Code.CHANNEL_UNUSABLE in held_by(story, Channel.EMAIL, bounced)


def test_a_cadence_for_one_channel_leaves_that_of_the_others() -> None:
    story = (
        Story()
        .fact("candidate.cadence_chosen", "2025-01-01", every_days=365)
        .fact("candidate.cadence_chosen", "2025-06-01", every_days=7, channels=["phone"])
        .pursuit("contacted", "2026-02-01")
    )

    assert codes(check(story)) == [Code.CADENCE]
    assert codes(check(story, channel=Channel.PHONE)) == []
