"""What we owe a person and is overdue is a reason of their item."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.engagement.domain.derive import Person, Policy, derive
from services.engagement.domain.obligations import Waiver
from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, QueueEntry
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import GHOST_AFTER
from shared.events.vocabulary import QueueOutcome
from tests.unit.engagement.story import ADA, LEASE, B, Story, day

ANSWERED = "2026-03-02"
NOW = "2026-03-12"


def waiting() -> Story:
    """Somebody whose answer of Monday noon is due on Thursday noon, and came to nothing."""
    return Story().pursuit("contacted", "2026-03-01").pursuit("responded", ANSWERED)


def listed(story: Story, now: str = NOW) -> list[tuple[str, str | None]]:
    """The trigger and the kind of each reason that is shown at a time."""
    item = story.item(now=now)
    if item is None or item.presence != "live":
        return []
    return [(reason.trigger, reason.kind) for reason in item.reasons_at(day(now))]


def item_of(story: Story, now: str = NOW) -> QueueItem:
    item = story.item(now=now)
    assert item is not None
    return item


def handled(story: Story, action: Action, outcome: QueueOutcome | None = None, until: str | None = None) -> Story:
    """The item is claimed as it is on the 12th, and something is done with it."""
    owed = [one.obligation_id for one in item_of(story).reasons if one.obligation_id is not None]
    at = day(NOW)
    lease: dict[str, Any] = {"stream": ADA, "recruiter": "maria", "lease": LEASE}
    story.entries += [
        QueueEntry(number=1, action=Action.CLAIMED, at=at, lease_expires_at=at + timedelta(hours=1), owed=owed, **lease),
        QueueEntry(number=2, action=action, at=at, outcome=outcome, until=day(until) if until else None, **lease),
    ]
    return story


@pytest.mark.parametrize(("now", "expected"), [("2026-03-05T11:59", []), ("2026-03-05T12:00", [("obligation_overdue", "reply")])])
def test_it_is_a_reason_from_its_due_time_on(now: str, expected: list[tuple[str, str]]) -> None:
    assert listed(waiting(), now) == expected


def test_the_item_has_points_for_it_and_says_so_in_a_sentence() -> None:
    item = item_of(waiting())

    assert (item.priority, [part.factor for part in item.parts]) == (70, ["obligation"])
    assert item.explanation(day(NOW)) == "a reply to them is overdue since 5 March 2026"
    assert item.newest_close is None


@pytest.mark.parametrize(
    "settled",
    [
        lambda story: story.pursuit("contacted", "2026-03-10", purpose="reply"),
        lambda story: story.fact("candidate.hard_no_set", "2026-03-10", reason="do_not_contact"),
        lambda story: story.fact("candidate.hard_no_set", "2026-03-10", reason="career_change"),
        lambda story: story.pursuit("hired", "2026-03-10", B),
    ],
    ids=["met", "withdrawn", "hard no", "hired"],
)
def test_it_goes_when_it_is_met_or_withdrawn_and_nobody_is_asked_whom_we_may_not_approach_or_have_hired(settled: Any) -> None:
    assert listed(settled(waiting())) == []


def test_it_goes_when_it_is_waived() -> None:
    story = waiting()
    [owed] = story.derived(now=NOW).obligations
    story.waivers[owed.id] = Waiver("maria", day("2026-03-10"))

    assert listed(story) == []


def test_it_is_not_held_back_while_the_person_is_in_play_and_plans_are() -> None:
    story = Story().declined("2025-03-03", "salary").pursuit("interested", "2026-03-02", B)
    assert listed(story) == []

    assert listed(story.pursuit("responded", ANSWERED, B)) == [("obligation_overdue", "reply")]


def test_what_we_promised_is_a_reason_without_a_position() -> None:
    story = Story().fact("candidate.followup_promised", "2026-03-02", due_at="2026-03-06T09:00:00Z")

    [reason] = item_of(story).reasons
    assert (reason.position_id, reason.reason, reason.kind) == (None, None, "promise")


def test_with_a_plan_it_is_one_item_and_each_further_reason_counts_5() -> None:
    story = Story().declined("2025-03-03", "salary").pursuit("contacted", "2025-09-01", B).pursuit("responded", "2025-09-02", B)
    item = item_of(story, "2027-03-02")

    assert item.reasons[0].trigger == "obligation_overdue"
    assert item.priority == 70 + 5 * (len(item.reasons) - 1)


@pytest.mark.parametrize(
    ("action", "outcome", "until", "back_on"),
    [
        (Action.COMPLETED, QueueOutcome.CONTACTED, None, None),
        (Action.COMPLETED, QueueOutcome.NO_FIT, None, None),
        (Action.DISMISSED, None, None, None),
        (Action.SNOOZED, None, "2026-04-01", "2026-04-01"),
        (Action.COMPLETED, QueueOutcome.NOT_REACHABLE, None, "2026-04-11"),
        (Action.COMPLETED, QueueOutcome.WRONG_TIME, None, "2026-06-10"),
    ],
)
def test_who_is_done_with_the_item_is_done_with_what_it_said_was_owed(
    action: Action, outcome: QueueOutcome | None, until: str | None, back_on: str | None
) -> None:
    item = handled(waiting(), action, outcome, until).item(now=NOW)

    assert item is not None
    assert item.due_at == (back_on and day(back_on))
    if until is not None:
        assert item.status(day(NOW)) == "snoozed"


def test_what_falls_due_while_a_recruiter_holds_the_item_is_not_ended_by_them() -> None:
    story = waiting().fact("candidate.followup_promised", "2026-03-02", due_at="2026-03-12T12:30:00Z")
    handled(story, Action.DISMISSED)

    assert listed(story, "2026-03-13") == [("obligation_overdue", "promise")]


def test_who_derives_a_moment_behind_the_clock_takes_nothing_back() -> None:
    story = waiting()
    person = Person(ADA, story.facts)
    before, policy = day("2026-03-05T11:59"), Policy(ReturnPolicy(), GHOST_AFTER)
    ahead = replace(person, overdue_until=day("2026-03-05T12:00"))

    assert derive(person, policy, now=before).item is None
    assert derive(ahead, policy, now=before).item == derive(person, policy, now=day("2026-03-05T12:00")).item
    assert derive(ahead, policy, now=before).item is not None
