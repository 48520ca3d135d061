"""What recruiters do with an item, and what becomes of it."""

from datetime import timedelta

import pytest

from services.engagement.domain.queue import Presence, QueueStatus
from services.engagement.domain.queue_log import Action
from shared.events.vocabulary import Reason
from tests.unit.engagement.story import B, Story, day


def due_item() -> Story:
    return Story().declined("2026-03-02", "salary")


def test_a_claim_holds_until_its_lease_expires() -> None:
    item = due_item().claimed("2026-09-01", minutes=15).live()

    assert item.status(day("2026-09-01") + timedelta(minutes=14)) is QueueStatus.CLAIMED
    assert item.status(day("2026-09-01") + timedelta(minutes=15)) is QueueStatus.DUE


@pytest.mark.parametrize("outcome", ["contacted", "no_fit"])
def test_a_completed_item_is_gone_until_a_newer_close(outcome: str) -> None:
    story = due_item().claimed("2026-09-01").done("2026-09-02", outcome)
    item = story.item()
    assert item is not None
    assert item.presence is Presence.GONE

    story.pursuit("contacted", "2026-09-03").pursuit("declined", "2026-09-05", reason="timing")
    assert [reason.reason for reason in story.live().reasons] == [Reason.TIMING]


def test_a_dismissed_item_is_gone_until_there_is_news_or_a_newer_close() -> None:
    def story() -> Story:
        return due_item().claimed("2026-09-01").done("2026-09-02", action=Action.DISMISSED)

    assert story().is_out
    assert story().fact("candidate.signal_observed", "2026-10-01", signal="profile_updated").live().due_at == day("2026-10-01")
    assert not story().declined("2026-11-01", "location", B).is_out


def test_a_recruiter_is_done_with_what_is_due_and_not_with_what_is_to_come() -> None:
    story = due_item().declined("2026-03-05", "location", B).claimed("2026-09-01").done("2026-09-02", "no_fit")

    assert [(reason.reason, reason.due_at) for reason in story.live().reasons] == [(Reason.LOCATION, day("2027-03-05"))]


def test_what_news_brought_is_snoozed_until_its_date_even_before_its_time() -> None:
    story = due_item().fact("candidate.signal_observed", "2026-04-01", signal="promoted").claimed("2026-04-02")

    assert story.done("2026-04-02", until="2026-05-01").live().due_at == day("2026-05-01")


@pytest.mark.parametrize(("outcome", "days"), [("wrong_time", 90), ("not_reachable", 30)])
def test_a_vain_attempt_is_planned_again(outcome: str, days: int) -> None:
    story = due_item().claimed("2026-09-01").done("2026-09-02", outcome)
    item = story.live()

    assert item.due_at == day("2026-09-02") + timedelta(days=days)
    assert item.status(day("2026-09-03")) is QueueStatus.SCHEDULED

    story.fact("candidate.signal_observed", "2026-09-05", signal="project_ended")
    assert story.live().due_at == day("2026-09-05")


def test_a_snoozed_item_is_hidden_until_its_date_and_then_due() -> None:
    item = due_item().claimed("2026-09-01").done("2026-09-02", until="2026-12-01").live()

    assert item.status(day("2026-11-30")) is QueueStatus.SNOOZED
    assert item.status(day("2026-12-01")) is QueueStatus.DUE
    assert item.due_at == day("2026-12-01")


def test_what_was_taken_back_was_not_done_and_the_lease_holds_again() -> None:
    story = due_item().claimed("2026-09-01", minutes=15)
    held = story.live()

    for outcome, until, action in (("no_fit", None, Action.COMPLETED), (None, "2026-12-01", Action.SNOOZED)):
        assert story.done("2026-09-01", outcome, until=until, action=action).item() != held
        assert story.restored("2026-09-01").live() == held
    assert story.done("2026-09-01", action=Action.DISMISSED).is_out


def test_news_wakes_a_snoozed_item() -> None:
    story = due_item().claimed("2026-09-01").done("2026-09-02", until="2026-12-01")
    story.fact("pursuit.responded", "2026-10-01")

    assert story.live().status(day("2026-10-01")) is QueueStatus.DUE


def test_the_last_of_several_actions_holds() -> None:
    story = due_item().claimed("2026-09-01").done("2026-09-02", until="2026-12-01")
    story.claimed("2026-12-01").done("2026-12-02", "not_reachable")

    assert story.live().due_at == day("2026-12-02") + timedelta(days=30)


def test_a_no_that_came_while_the_item_was_claimed_is_not_completed_with_it() -> None:
    story = due_item().claimed("2026-09-01T09:00:00")
    story.pursuit("contacted", "2026-09-01T09:05:00").pursuit("declined", "2026-09-01T09:10:00", reason="timing")
    story.done("2026-09-01T09:14:00", "contacted")

    assert [reason.reason for reason in story.live().reasons] == [Reason.TIMING]


def test_finishing_ends_the_lease() -> None:
    story = due_item().claimed("2026-09-01", minutes=600).done("2026-09-01T12:05:00", until="2026-09-01T12:30:00")

    assert story.live().status(day("2026-09-01T12:30:00")) is QueueStatus.DUE


def test_an_item_that_left_by_itself_stays_gone_after_the_recruiter_finishes() -> None:
    story = due_item().claimed("2026-09-01").pursuit("contacted", "2026-09-01T12:05:00").done("2026-09-02", "contacted")

    assert story.is_out
