"""May we contact this person now? Each rule by table, who wins in a conflict, and the first free moment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.contact import Ask, Case, Code, ContactPolicy, Decision, Reservation, decide, place_of, state_of
from services.engagement.domain.derive import Person, Policy, derive
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import GHOST_AFTER
from shared.events.vocabulary import Channel, ContactKind, Purpose
from shared.ids import position_id
from tests.unit.engagement.story import A, B, Story, day

POLICY = Policy(ReturnPolicy(), GHOST_AFTER)
BERLIN = ZoneInfo("Europe/Berlin")
OTHER = UUID(int=2)
"""Another stream of the same person."""
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
"""A Wednesday."""


def case(story: Story, *, at: datetime = NOON, **known: Any) -> Case:
    """What is known of a person on that story."""
    pursuits = derive(Person(story.person, story.facts, story.closings), POLICY, now=at).pursuits
    place = known.pop("place", place_of("Europe/Berlin", "DE", ZoneInfo("UTC")))
    policy = known.pop("policy", ContactPolicy(zone=BERLIN))
    return Case(state_of(story.facts, pursuits, BERLIN), place, policy, **known)


def asked(**fields: Any) -> Ask:
    """An outreach by e-mail about the first position."""
    given: dict[str, Any] = {"channel": Channel.EMAIL, "at": NOON, "recruiter": "maria", "position": position_id(A)}
    return Ask(**(given | fields))


def check(story: Story, **fields: Any) -> Decision:
    return decide(case(story), asked(**fields))


def codes(decision: Decision) -> list[Code]:
    return [reason.code for reason in decision.reasons]


def test_a_person_of_whom_nothing_is_known_may_be_contacted() -> None:
    decision = check(Story())

    assert (decision.is_allowed, decision.earliest_allowed_at) == (True, NOON)


@pytest.mark.parametrize(
    ("story", "code", "until"),
    [
        (Story().pursuit("hired", "2025-01-01"), Code.HIRED, None),
        (Story().pursuit("rejected", "2025-01-01", reason="falsified_record", evidence="e", decided_by="d"), Code.HARD_NO, None),
        (Story().fact("candidate.hard_no_set", "2025-01-01", reason="do_not_contact"), Code.DO_NOT_CONTACT, None),
        (Story().fact("candidate.consent_withdrawn", "2025-01-01", basis="consent"), Code.NO_CONSENT, None),
        (Story().fact("candidate.consent_given", "2025-01-01", basis="consent", expires_on="2026-03-10"), Code.NO_CONSENT, None),
        (Story().fact("candidate.unsubscribed", "2025-01-01", channel="email"), Code.UNSUBSCRIBED, None),
        (Story().fact("candidate.complained", "2025-01-01", channel="email"), Code.UNSUBSCRIBED, None),
        (Story().fact("candidate.bounced", "2025-01-01", channel="email"), Code.CHANNEL_UNUSABLE, None),
        (
            Story().fact("candidate.cadence_chosen", "2025-01-01", every_days=90).pursuit("contacted", "2026-01-05"),
            Code.CADENCE,
            day("2026-04-05"),
        ),
        (Story().pursuit("contacted", "2026-03-09", recruiter="tom"), Code.TEAM_CAP, day("2026-03-16")),
        (
            Story().pursuit("contacted", "2026-01-05").pursuit("contacted", "2026-01-20").pursuit("contacted", "2026-02-10"),
            Code.UNANSWERED_LIMIT,
            day("2026-04-11"),
        ),
        (
            Story()
            .pursuit("contacted", "2026-02-27", B, recruiter="tom")
            .pursuit("responded", "2026-03-02", B)
            .pursuit("contacted", "2026-03-03", B, recruiter="tom", purpose="reply"),
            Code.IN_CONVERSATION,
            day("2026-03-16"),
        ),
        (Story().pursuit("contacted", "2026-02-01").pursuit("responded", "2026-02-03"), Code.ANSWER_FIRST, None),
    ],
)
def test_each_rule_stands_alone(story: Story, code: Code, until: datetime | None) -> None:
    decision = check(story)

    assert [(one.code, one.until) for one in decision.reasons] == [(code, until)]
    assert (decision.earliest_allowed_at is None) == (until is None)
    assert decision.reasons[0].sentence.endswith(".")


def test_a_sentence_names_the_day_in_the_organisations_zone() -> None:
    decision = check(Story().pursuit("contacted", "2026-03-07T23:30:00Z", recruiter="tom"))

    (reason,) = decision.reasons
    assert reason.sentence == "The team has contacted them once within 7 days, last on 8 March 2026 by tom."


@pytest.mark.parametrize(
    "story",
    [
        Story().pursuit("hired", "2025-01-01").pursuit("left", "2025-06-01"),
        Story()
        .fact("candidate.hard_no_set", "2025-01-01", reason="do_not_contact")
        .fact("candidate.hard_no_lifted", "2025-02-01", reason="do_not_contact", by="candidate"),
        Story().fact("candidate.consent_given", "2025-01-01", basis="consent", expires_on="2026-03-11"),
        Story()
        .fact("candidate.consent_withdrawn", "2025-01-01", basis="a")
        .fact("candidate.consent_given", "2025-01-02", basis="b"),
        Story()
        .fact("candidate.unsubscribed", "2025-01-01", channel="email")
        .fact("candidate.resubscribed", "2025-02-01", channel="email"),
        Story().fact("candidate.unsubscribed", "2025-01-01", channel="phone"),
        Story()
        .fact("candidate.bounced", "2025-01-01", channel="email")
        .pursuit("responded", "2025-02-01", channel="email")
        .pursuit("contacted", "2025-02-02", purpose="reply"),
        Story()
        .fact("candidate.cadence_chosen", "2025-01-01", every_days=90, channels=["phone"])
        .pursuit("contacted", "2026-02-05"),
        Story().pursuit("contacted", "2026-03-10", kind="newsletter"),
        Story().pursuit("contacted", "2026-03-10", purpose="logistics"),
        Story().pursuit("contacted", "2026-03-04T11:00:00"),
        Story()
        .pursuit("contacted", "2026-01-05")
        .pursuit("contacted", "2026-01-20")
        .pursuit("contacted", "2026-02-10")
        .pursuit("declined", "2026-02-11", reason="timing"),
        Story().pursuit("contacted", "2026-02-01").pursuit("responded", "2026-02-03", auto=True),
        Story()
        .pursuit("contacted", "2026-02-01")
        .pursuit("responded", "2026-02-03")
        .pursuit("declined", "2026-02-10", reason="timing"),
    ],
)
def test_what_does_not_hold_anybody_back(story: Story) -> None:
    assert codes(check(story)) == []


def test_what_an_address_blocks_is_that_address() -> None:
    bounced = Story().fact("candidate.bounced", "2025-01-01", channel="email", address="Old@work.example")

    assert codes(check(bounced, address="old@WORK.example ")) == [Code.CHANNEL_UNUSABLE]
    assert codes(check(bounced, address="ada@home.example")) == []
    assert codes(check(bounced)) == [Code.CHANNEL_UNUSABLE]
    assert codes(check(bounced, channel=Channel.PHONE)) == []


def test_a_record_without_an_address_cannot_be_reached() -> None:
    known = case(Story(), reachable_by=frozenset({Channel.PHONE, Channel.SMS}))

    assert codes(decide(known, asked())) == [Code.CHANNEL_UNUSABLE]
    assert codes(decide(known, asked(channel=Channel.SMS))) == []
    assert codes(decide(known, asked(channel=Channel.IN_PERSON))) == []
    assert codes(decide(known, asked(address="ada@home.example"))) == []


def test_a_bounce_after_an_answer_counts_again() -> None:
    story = Story().fact("candidate.bounced", "2025-01-01", channel="email").pursuit("responded", "2025-02-01", channel="email")
    story.pursuit("contacted", "2025-02-02", purpose="reply")
    assert codes(check(story)) == []

    assert codes(check(story.fact("candidate.bounced", "2025-03-01", channel="email"))) == [Code.CHANNEL_UNUSABLE]


def test_the_strictest_stream_wins_and_no_other_lifts_it() -> None:
    story = (
        Story()
        .fact("candidate.unsubscribed", "2025-01-01", channel="email")
        .fact("candidate.resubscribed", "2025-02-01", stream=OTHER, channel="email")
        .fact("candidate.cadence_chosen", "2025-01-01", every_days=180)
        .fact("candidate.cadence_chosen", "2025-03-01", stream=OTHER, every_days=7)
        .pursuit("contacted", "2026-02-02")
    )
    decision = check(story)

    assert [(one.code, one.until) for one in decision.reasons] == [(Code.UNSUBSCRIBED, None), (Code.CADENCE, day("2026-08-01"))]


def test_other_purposes_are_held_back_by_three_rules_alone() -> None:
    story = (
        Story()
        .fact("candidate.unsubscribed", "2025-01-01", channel="email")
        .fact("candidate.hard_no_set", "2025-01-01", reason="do_not_contact")
        .fact("candidate.bounced", "2025-01-01", channel="email")
        .pursuit("contacted", "2026-03-10", recruiter="tom")
    )

    for purpose in (Purpose.REPLY, Purpose.LOGISTICS, Purpose.CLOSING):
        assert codes(check(story, purpose=purpose)) == [Code.DO_NOT_CONTACT, Code.CHANNEL_UNUSABLE]
    assert codes(check(story)) == [Code.DO_NOT_CONTACT, Code.UNSUBSCRIBED, Code.CHANNEL_UNUSABLE, Code.TEAM_CAP]


def test_a_newsletter_is_no_touch_but_is_heard() -> None:
    contacted = Story().pursuit("contacted", "2026-03-10")
    chosen = (
        Story()
        .fact("candidate.cadence_chosen", "2025-01-01", every_days=30)
        .pursuit("contacted", "2026-03-01", kind="newsletter")
    )

    assert codes(check(contacted, kind=ContactKind.NEWSLETTER)) == []
    assert codes(check(chosen)) == [Code.CADENCE]


@pytest.mark.parametrize(
    ("at", "code", "until"),
    [
        ("2026-03-11T20:00:00+01:00", Code.QUIET_HOURS, "2026-03-12T08:00:00+01:00"),
        ("2026-03-11T07:59:59+01:00", Code.QUIET_HOURS, "2026-03-11T08:00:00+01:00"),
        ("2026-03-28T12:00:00+01:00", Code.WEEKEND, "2026-03-30T08:00:00+02:00"),
        ("2026-03-29T12:00:00+02:00", Code.WEEKEND, "2026-03-30T08:00:00+02:00"),
        ("2026-05-01T12:00:00+02:00", Code.HOLIDAY, "2026-05-02T08:00:00+02:00"),
    ],
)
def test_when_people_are_left_in_peace(at: str, code: Code, until: str) -> None:
    decision = check(Story(), at=datetime.fromisoformat(at))

    assert [(one.code, one.until) for one in decision.reasons] == [(code, datetime.fromisoformat(until))]


@pytest.mark.parametrize("at", ["2026-03-11T08:00:00+01:00", "2026-03-11T19:59:59+01:00"])
def test_the_bounds_of_the_day_are_allowed(at: str) -> None:
    assert check(Story(), at=datetime.fromisoformat(at)).is_allowed


def test_a_day_alone_breaks_no_quiet_hours() -> None:
    night = datetime(2026, 3, 11, 3, tzinfo=UTC)

    assert codes(check(Story(), at=night, is_day=True)) == []


def test_the_first_free_moment_is_after_everything_that_follows_one_another() -> None:
    """Quiet until Friday morning, which is a holiday, then a weekend, then Easter Monday."""
    decision = check(Story(), at=datetime.fromisoformat("2026-04-02T21:00:00+02:00"))

    assert codes(decision) == [Code.QUIET_HOURS]
    assert decision.earliest_allowed_at == datetime.fromisoformat("2026-04-07T08:00:00+02:00")


@pytest.mark.parametrize(
    ("zone", "country", "key", "known"),
    [
        ("America/New_York", "DE", "America/New_York", True),
        (None, "JP", "Asia/Tokyo", True),
        (None, "US", "Europe/Berlin", False),
        ("Mars/Olympus", None, "Europe/Berlin", False),
        ("../etc/passwd", "??", "Europe/Berlin", False),
        (None, None, "Europe/Berlin", False),
    ],
)
def test_where_a_person_lives(zone: str | None, country: str | None, key: str, known: bool) -> None:
    place = place_of(zone, country, BERLIN)

    assert (place.zone.key, place.is_zone_known) == (key, known)


def test_a_zone_that_is_not_known_is_said() -> None:
    night = asked(at=datetime(2026, 3, 11, 23, tzinfo=UTC))

    [reason] = decide(case(Story(), place=place_of(None, None, BERLIN)), night).reasons
    assert "Europe/Berlin" in reason.sentence


@pytest.mark.parametrize("country", ["AE", "SA", "IL", "IR", "NP", "DE", "XX"])
def test_every_country_has_days_of_rest(country: str) -> None:
    place = place_of(None, country, BERLIN)
    week = [place.is_weekend(NOON.date() + timedelta(days=at)) for at in range(7)]

    assert 1 <= sum(week) <= 2
    assert place.holiday(NOON.date()) is None or country != "XX"


def test_a_reservation_of_somebody_else_holds_until_its_end() -> None:
    held = Reservation(UUID(int=7), "tom", NOON + timedelta(minutes=10))
    decision = decide(case(Story(), reservations=[held]), asked())

    assert [(one.code, one.until) for one in decision.reasons] == [(Code.RESERVED, held.expires_at)]
    assert decision.earliest_allowed_at == held.expires_at
    assert decide(case(Story(), reservations=[held]), asked(at=NOON + timedelta(days=1))).earliest_allowed_at == NOON + timedelta(
        days=1
    )


def test_a_recruiter_has_a_daily_limit() -> None:
    ends = datetime(2026, 3, 12, tzinfo=BERLIN)
    full = case(Story(), sent_today=40, daily_limit=40, day_ends=ends)

    assert [(one.code, one.until) for one in decide(full, asked()).reasons] == [(Code.SENDER_LIMIT, ends)]
    assert decide(full, asked()).earliest_allowed_at == datetime(2026, 3, 12, 8, tzinfo=BERLIN)
    assert decide(replace(full, sent_today=39), asked()).is_allowed


def test_consent_is_required_where_a_setting_says_so() -> None:
    strict = ContactPolicy(zone=BERLIN, requires_consent=True)
    given_one = Story().fact("candidate.consent_given", "2025-01-01", basis="consent")

    assert codes(decide(case(Story(), policy=strict), asked())) == [Code.NO_CONSENT]
    assert codes(decide(case(given_one, policy=strict), asked())) == []


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("pursuit.contacted", {"channel": "email", "recruiter": "tom"}),
    ("pursuit.responded", {}),
    ("pursuit.declined", {"reason": "timing"}),
    ("candidate.unsubscribed", {"channel": "email"}),
    ("candidate.resubscribed", {"channel": "email"}),
    ("candidate.cadence_chosen", {"every_days": 30}),
    ("candidate.consent_given", {"basis": "a", "expires_on": "2026-06-01"}),
    ("candidate.consent_withdrawn", {"basis": "a"}),
    ("candidate.bounced", {"channel": "email"}),
    ("pursuit.hired", {}),
]


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 60), st.booleans()), max_size=12),
    st.integers(0, 23),
    st.randoms(use_true_random=False),
)
def test_any_order_gives_the_same_answer_and_its_free_moment_is_free(
    facts: list[tuple[tuple[str, dict[str, Any]], int, bool]], hour: int, chance: Any
) -> None:
    story = Story()
    for (kind, data), ago, elsewhere in facts:
        on = (NOON - timedelta(days=ago)).date().isoformat()
        story.fact(kind, on, A if kind.startswith("pursuit.") else None, stream=OTHER if elsewhere else None, **data)
    ask = asked(at=NOON.replace(hour=hour))
    decision = decide(case(story), ask)
    shuffled = Story(facts=_shuffled(story.facts, chance))

    assert decide(case(shuffled), ask) == decision
    assert codes(decision) == sorted(codes(decision), key=list(Code).index)
    assert decision.is_allowed == (decision.earliest_allowed_at == ask.at)
    if decision.earliest_allowed_at is not None:
        assert decide(case(story), replace(ask, at=decision.earliest_allowed_at)).is_allowed
        before = decision.earliest_allowed_at - timedelta(seconds=1)
        assert decision.is_allowed or before < ask.at or not decide(case(story), replace(ask, at=before)).is_allowed


def _shuffled(facts: Iterable[Any], chance: Any) -> list[Any]:
    found = list(facts)
    chance.shuffle(found)
    return found
