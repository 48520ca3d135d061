"""Who decided what about approaching a person; and that silence never becomes a hard no, whatever arrives."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.engagement.domain.choices import Choices, choices_of
from services.engagement.domain.contact import state_of
from shared.attempts import hard_nos
from shared.events import FACTS
from shared.events.validation import accept
from shared.events.vocabulary import HARD_NOS, Channel, Reason
from shared.timestamps import UTC_ZONE
from tests.unit.engagement.story import A, B, Story, day, event_of

OTHER = UUID(int=2)
DECIDED: dict[str, Any] = {"evidence": "a letter", "decided_by": "Maria Lopez"}


def choices(story: Story) -> Choices:
    state = state_of(story.facts, story.derived().pursuits, UTC_ZONE)
    return choices_of(story.facts, state, {fact.id: "ats" for fact in story.facts})


def ghosted() -> Story:
    return Story().pursuit("contacted", "2026-01-01").pursuit("ghosted", "2026-01-31")


@pytest.mark.parametrize(
    "then",
    [
        lambda story: story.pursuit("ghosted", "2026-02-10"),
        lambda story: story.pursuit("ghosted", "2026-02-10", reason="do_not_contact", **DECIDED),
        lambda story: story.pursuit("contacted", "2026-02-10").pursuit("ghosted", "2026-03-12"),
        lambda story: story.pursuit("contacted", "2026-02-10", B).pursuit("ghosted", "2026-03-12", B),
        lambda story: story.pursuit("position_closed", "2026-02-10"),
        lambda story: story.pursuit("no_show", "2026-02-10"),
        lambda story: story.pursuit("declined", "2026-02-10", reason="ghosted"),
        lambda story: story.pursuit("rejected", "2026-02-10", reason="ghosted", **DECIDED),
        lambda story: story.fact("candidate.unsubscribed", "2026-02-10", channel="email"),
        lambda story: story.fact("candidate.complained", "2026-02-10", channel="email"),
        lambda story: story.fact("candidate.bounced", "2026-02-10", channel="email"),
        lambda story: story.fact("candidate.consent_withdrawn", "2026-02-10", basis="consent"),
        lambda story: story.fact("candidate.hard_no_lifted", "2026-02-10", reason="career_change", **DECIDED),
        lambda story: story.fact("candidate.hard_no_set", "2026-02-10", reason="ghosted", **DECIDED),
        lambda story: story.fact("event.retracted", "2026-02-10", A, type="rekindle.pursuit.contacted"),
    ],
)
def test_ghosted_is_never_a_hard_no_whatever_arrives(then: Callable[[Story], Story]) -> None:
    story = then(ghosted())

    assert hard_nos(story.facts) == {}
    outcomes = {one.outcome for pursuit in story.derived().pursuits.values() for one in pursuit.attempts}
    assert "hard_no" not in outcomes


@pytest.mark.parametrize("reason", sorted(HARD_NOS))
def test_a_hard_no_that_is_set_beside_a_ghosting_leaves_the_ghosting_what_it_is(reason: Reason) -> None:
    story = ghosted().fact("candidate.hard_no_set", "2026-02-10", reason=reason, **DECIDED)
    [pursuit] = story.derived().pursuits.values()

    assert [one.outcome for one in pursuit.attempts] == ["soft_no"]
    assert not story.plans
    lifted = story.fact("candidate.hard_no_lifted", "2026-02-11", reason=reason, by="candidate", **DECIDED)
    assert [row.conditions[0].reason for row in lifted.plans] == [Reason.GHOSTED]


@pytest.mark.parametrize(
    ("type_name", "data", "field"),
    [
        ("rekindle.pursuit.ghosted", {"position": A, "reason": "do_not_contact"}, "reason"),
        ("rekindle.candidate.hard_no_set", {"reason": "ghosted", **DECIDED}, "reason"),
        ("rekindle.pursuit.declined", {"position": A, "reason": "ghosted", "also": [{"reason": "career_change"}]}, "also"),
        ("rekindle.candidate.hard_no_lifted", {"reason": "do_not_contact", **DECIDED}, "by"),
        ("rekindle.candidate.hard_no_lifted", {"reason": "do_not_contact", "by": "team", **DECIDED}, "by"),
        *(("rekindle.pursuit.rejected", {"position": A, "reason": reason}, "evidence") for reason in sorted(HARD_NOS)),
        *(("rekindle.candidate.hard_no_set", {"reason": reason, "evidence": "x"}, "decided_by") for reason in sorted(HARD_NOS)),
    ],
)
def test_what_breaks_a_rule_of_hard_nos_is_refused_by_its_field(type_name: str, data: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        accept(FACTS, type_name, data)

    assert field in {fault["loc"][0] for fault in refused.value.errors()}


@pytest.mark.parametrize("reason", sorted(HARD_NOS))
def test_every_hard_no_has_a_history_of_who_decided_what_and_when(reason: Reason) -> None:
    story = Story().fact("pursuit.rejected", "2026-03-02", A, reason=reason, **DECIDED)
    story.fact("candidate.hard_no_lifted", "2026-05-01", reason=reason, evidence="wrote again", decided_by="Ben", by="candidate")

    [hard_no] = choices(story).hard_nos

    assert (hard_no.reason, hard_no.since) == (reason, None)
    assert [(one.at, one.evidence, one.decided_by, one.by, one.source) for one in hard_no.history] == [
        (day("2026-03-02"), "a letter", "Maria Lopez", None, "ats"),
        (day("2026-05-01"), "wrote again", "Ben", "candidate", "ats"),
    ]
    assert [one.event_id for one in hard_no.history] == [event_of(0), event_of(1)]
    again = story.fact("candidate.hard_no_set", "2026-06-01", reason=reason, **DECIDED)
    assert [one.since for one in choices(again).hard_nos] == [day("2026-06-01")]


def test_a_suppression_is_by_channel_and_address_with_its_history() -> None:
    story = Story().fact("candidate.unsubscribed", "2026-03-02", channel="email")
    story.fact("candidate.unsubscribed", "2026-03-03", channel="email", address="Ada@Example.org")
    story.fact("candidate.resubscribed", "2026-04-01", channel="email", address="ada@example.org")
    story.fact("candidate.bounced", "2026-05-01", channel="sms", address="+49 1")

    whole, address, bounced = choices(story).suppressions

    assert (whole.channel, whole.address, whole.since, whole.is_choice) == (Channel.EMAIL, None, day("2026-03-02"), True)
    assert (address.address, address.since, len(address.history)) == ("ada@example.org", None, 2)
    assert (bounced.channel, bounced.since, bounced.is_choice) == (Channel.SMS, day("2026-05-01"), False)
    lifted = choices(story.fact("candidate.resubscribed", "2026-06-01", channel="email")).suppressions
    assert [one.since for one in lifted] == [None, None, day("2026-05-01")]


def test_no_link_lifts_what_another_stream_set() -> None:
    story = Story().fact("candidate.unsubscribed", "2026-03-02", channel="email")
    story.fact("candidate.resubscribed", "2026-04-01", channel="email", stream=OTHER)

    [suppression] = choices(story).suppressions

    assert suppression.since == day("2026-03-02")
    assert {one.stream for one in suppression.history} == {story.person, OTHER}


def test_a_cadence_holds_for_the_channels_that_no_later_one_names() -> None:
    story = Story().fact("candidate.cadence_chosen", "2026-03-02", every_days=30)
    story.fact("candidate.cadence_chosen", "2026-04-02", every_days=90, channels=["email"])
    story.fact("candidate.cadence_chosen", "2026-03-05", every_days=10, stream=OTHER)

    own, earlier, other = choices(story).cadences

    assert (own.every_days, own.channels, own.chosen.at) == (90, [Channel.EMAIL], day("2026-04-02"))
    assert (earlier.every_days, earlier.channels) == (30, sorted(set(Channel) - {Channel.EMAIL}))
    assert (other.every_days, other.channels, other.chosen.stream) == (10, None, OTHER)
    story.fact("candidate.cadence_chosen", "2026-05-02", every_days=7)
    assert [(one.every_days, one.channels) for one in choices(story).cadences] == [(7, None), (10, None)]


@pytest.mark.parametrize("channel", list(Channel))
def test_the_cadences_that_are_shown_are_those_a_contact_is_checked_by(channel: Channel) -> None:
    story = Story().fact("candidate.cadence_chosen", "2026-03-02", every_days=30)
    story.fact("candidate.cadence_chosen", "2026-04-02", every_days=90, channels=["email", "phone"])
    story.fact("candidate.cadence_chosen", "2026-05-02", every_days=60, channels=["phone", "sms"])
    state = state_of(story.facts, story.derived().pursuits, UTC_ZONE)

    shown = [one.every_days for one in choices(story).cadences if one.channels is None or channel in one.channels]

    assert shown == [one.every.days for one in state.cadences if one.concerns(channel)]
    assert len(shown) == 1


def test_consent_is_the_latest_word_of_each_stream_on_each_basis() -> None:
    story = Story().fact("candidate.consent_given", "2026-03-02", basis="consent", expires_on="2027-01-01")
    story.fact("candidate.consent_withdrawn", "2026-04-02", basis="consent")
    story.fact("candidate.consent_given", "2026-04-02", basis="consent")
    story.fact("candidate.consent_given", "2026-03-02", basis="contract")
    story.fact("candidate.consent_given", "2026-05-02", basis="consent", stream=OTHER)

    found = {(one.word.stream, one.basis): one.holds for one in choices(story).consents}

    assert found == {(story.person, "consent"): False, (story.person, "contract"): True, (OTHER, "consent"): True}
