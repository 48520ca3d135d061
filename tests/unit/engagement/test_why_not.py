"""Why a person is not in the queue: every cause, in words, with the time that ends it."""

from datetime import datetime

import pytest

from services.engagement.domain.derive import Person, Policy
from services.engagement.domain.return_policy import ReturnPolicy
from services.engagement.domain.why_not import NotInQueue, WhyNot, why_not
from shared.attempts import GHOST_AFTER
from shared.ids import position_id
from tests.unit.engagement.story import A, B, Story, day

POLICY = Policy(ReturnPolicy(), GHOST_AFTER)


def answer(story: Story, now: str) -> list[NotInQueue]:
    person = Person(story.person, story.facts, story.closings, story.entries)
    titles = {position_id(B): "Staff engineer"}
    return why_not(person, story.derived(), POLICY, now=day(now), titles=titles)


def declined() -> Story:
    return Story().declined("2026-03-02", "salary", facts={"asked": 85000, "currency": "EUR"})


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (declined().pursuit("hired", "2026-05-01", B), [(WhyNot.HIRED, None)]),
        (declined().fact("candidate.hard_no_set", "2026-05-01", reason="career_change"), [(WhyNot.HARD_NO, None)]),
        (declined().pursuit("interested", "2026-05-01", B), [(WhyNot.IN_PLAY, "2026-07-30"), (WhyNot.SCHEDULED, "2026-08-29")]),
        (Story().pursuit("contacted", "2026-05-01"), [(WhyNot.NOTHING_ENDED, None)]),
        (Story(), [(WhyNot.NOTHING_ENDED, None)]),
        (declined(), [(WhyNot.SCHEDULED, "2026-08-29")]),
    ],
)
def test_each_cause_is_named_with_the_time_that_ends_it(story: Story, expected: list[tuple[WhyNot, str | None]]) -> None:
    until: list[tuple[WhyNot, datetime | None]] = [(code, None if at is None else day(at)) for code, at in expected]

    assert [(one.code, one.until) for one in answer(story, "2026-06-01")] == until


def test_who_is_due_has_no_cause_whether_or_not_somebody_holds_the_item() -> None:
    assert answer(declined(), "2026-08-29") == []
    assert answer(declined().claimed("2026-09-01"), "2026-09-01") == []


def test_who_was_put_off_comes_back_on_that_day() -> None:
    story = declined().claimed("2026-09-01").done("2026-09-01", until="2026-12-01")

    assert answer(story, "2026-10-01") == [
        NotInQueue(WhyNot.SNOOZED, "A recruiter has put them off until 1 December 2026.", day("2026-12-01"))
    ]


def test_what_was_used_says_what_still_brings_them_back() -> None:
    assert answer(declined().pursuit("contacted", "2026-09-01"), "2026-10-01") == [
        NotInQueue(WhyNot.USED, "What was due was used: they come back on news of them, or once a position pays 85,000 EUR.")
    ]


def test_whom_no_date_brings_back_waits_for_a_position_or_news() -> None:
    second = Story().pursuit("interviewed", "2026-03-01").pursuit("rejected", "2026-03-02", reason="preferred_another")

    assert answer(second, "2026-10-01") == [
        NotInQueue(WhyNot.WAITING, "No date brings them back: they come back on news of them, or once a similar position opens.")
    ]


def test_each_cause_reads_as_a_sentence() -> None:
    [in_play, scheduled] = answer(declined().pursuit("interested", "2026-05-01", B), "2026-06-01")

    assert in_play.sentence == "They are in play for Staff engineer: interested, since 1 May 2026."
    assert scheduled.sentence.startswith("Nothing is due before 29 August 2026: declined for salary at 85,000 EUR in March 2026")
    [hard] = answer(Story().declined("2026-03-02", "do_not_contact", A), "2026-06-01")
    assert hard.sentence == "A hard no stands against them since 2 March 2026: do not contact."


def test_of_who_was_erased_nothing_else_is_said() -> None:
    person = Person(Story().person)

    [only] = why_not(person, Story().derived(), POLICY, now=day("2026-06-01"), is_erased=True)

    assert only.code is WhyNot.ERASED
