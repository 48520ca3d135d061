"""Attempts: closes, what begins the next one, the position's closing, outcomes; by the API document's sentences."""

from collections.abc import Callable

import pytest

from shared.attempts import FoldFact
from shared.events.vocabulary import HARD_NOS, Reason
from tests.unit.shared.pursuit_facts import attempts, day, declined, entered, fact, folded, only, rejected

STRONG = [declined(10), rejected(10), fact("withdrawn", 10)]
WEAK = [fact("ghosted", 10), fact("no_show", 10), fact("position_closed", 10)]
CONTACT = fact("contacted", 1)
MAILING = fact("contacted", 20, kind="newsletter")
NEXT = [
    fact("sourced", 20),
    fact("applied", 20),
    fact("contacted", 20),
    fact("contacted", 20, purpose="outreach", kind="call"),
    fact("interested", 20),
    fact("responded", 20, mood="positive"),
]


def name(one: object) -> str:
    return one.name if isinstance(one, FoldFact) else str(one)


# The text: "Closes: declined, rejected, withdrawn; weak ones: ghosted, no_show, position_closed."


@pytest.mark.parametrize("closing", [*STRONG, *WEAK], ids=name)
def test_a_close_closes(closing: FoldFact) -> None:
    attempt = only(CONTACT, closing)

    assert attempt.close is not None
    assert (attempt.close.kind, attempt.close.time, attempt.close.event) == (closing.name, day(10), closing.id)
    assert attempt.close.is_weak == (closing in WEAK)
    assert not attempt.is_open


def test_a_close_carries_its_reason_facts_and_by_whom() -> None:
    closing = fact("rejected", 3, reason="rejected_by_sponsor", facts={"sponsor": "acme"}, by="sponsor")

    close = only(CONTACT, closing).close

    assert close is not None
    assert (close.reason, close.facts, close.by) == (Reason.REJECTED_BY_SPONSOR, {"sponsor": "acme"}, "sponsor")


def test_a_close_without_a_reason_is_unspecified_and_a_weak_one_is_its_own_reason() -> None:
    reasons = [only(CONTACT, closing).close for closing in (fact("declined", 10), *WEAK)]

    assert [close and close.reason for close in reasons] == [
        Reason.UNSPECIFIED, Reason.GHOSTED, Reason.NO_SHOW, Reason.POSITION_CLOSED,
    ]  # fmt: skip


# The text: "Hired is the success. Of hired and strong closes the last decides (both present: listed as a contradiction);"


def test_hired_is_the_success() -> None:
    attempt = only(CONTACT, fact("hired", 9))

    assert (attempt.is_hired, attempt.is_open, attempt.close, attempt.hired_at) == (True, False, None, day(9))
    assert not attempt.contradiction


@pytest.mark.parametrize("closing", STRONG, ids=name)
def test_a_strong_close_after_the_hire_decides(closing: FoldFact) -> None:
    attempt = only(CONTACT, fact("hired", 9), closing)

    assert attempt.close is not None
    assert not attempt.is_hired
    assert attempt.contradiction


@pytest.mark.parametrize("closing", STRONG, ids=name)
def test_a_hire_after_a_strong_close_decides(closing: FoldFact) -> None:
    attempt = only(CONTACT, closing, fact("hired", 11))

    assert attempt.close is None
    assert attempt.is_hired
    assert attempt.contradiction


def test_of_several_strong_closes_the_last_decides() -> None:
    attempt = only(CONTACT, declined(5), rejected(6))

    assert attempt.close is not None
    assert (attempt.close.kind, attempt.close.time) == ("rejected", day(6))


# The text: "a weak close decides only where neither is present."


@pytest.mark.parametrize("closing", WEAK, ids=name)
@pytest.mark.parametrize("other", [declined(9), declined(11)], ids=["before", "after"])
def test_a_weak_close_beside_a_strong_one_decides_nothing(closing: FoldFact, other: FoldFact) -> None:
    attempt = only(CONTACT, other, closing)

    assert attempt.close is not None
    assert (attempt.close.kind, attempt.close.time) == ("declined", other.time)


@pytest.mark.parametrize("closing", WEAK, ids=name)
@pytest.mark.parametrize("hired", [9, 11], ids=["before", "after"])
def test_a_weak_close_beside_a_hire_decides_nothing(closing: FoldFact, hired: int) -> None:
    attempt = only(CONTACT, fact("hired", hired), closing)

    assert attempt.is_hired
    assert attempt.close is None
    assert not attempt.contradiction


# The text: "After a strong close, [...] sourced, applied, an outreach contact, interested, or a responded of positive mood
# begins the next attempt;"


@pytest.mark.parametrize("closing", STRONG, ids=name)
@pytest.mark.parametrize("next_one", NEXT, ids=name)
def test_what_begins_the_next_attempt_after_a_strong_close(closing: FoldFact, next_one: FoldFact) -> None:
    found = attempts(CONTACT, closing, next_one)

    assert [attempt.number for attempt in found] == [1, 2]
    assert found[0].close is not None
    assert (found[1].began_at, found[1].close) == (day(20), None)


@pytest.mark.parametrize("closing", STRONG, ids=name)
@pytest.mark.parametrize(
    "later",
    [
        *(fact("contacted", 20, purpose=purpose) for purpose in ("reply", "logistics", "closing")),
        MAILING,
        fact("contacted", 20, kind="event_invite"),
        fact("responded", 20),
        fact("responded", 20, mood="positive", auto=True),
        fact("responded", 20, mood="neutral"),
        fact("responded", 20, mood="negative"),
        *(fact(kind, 20) for kind in ("screened", "submitted", "interviewed", "offered", "offer_accepted")),
        *(entered(stage, 20) for stage in ("sourced", "contacted", "interested", "offered")),
        *(
            fact(kind, 20)
            for kind in (
                "interview_scheduled",
                "interview_cancelled",
                "offer_withdrawn",
                "feedback_given",
                "started",
                "left",
                "no_show",
                "ghosted",
            )
        ),
    ],
    ids=name,
)
def test_every_other_fact_stays_with_the_attempt_that_was_closed_strongly(closing: FoldFact, later: FoldFact) -> None:
    attempt = only(CONTACT, closing, later)

    assert attempt.close is not None
    assert attempt.close.kind == closing.name


# The text: "after a weak close, sourced, applied or an outreach contact does, and any later reply or stage lifts the
# close instead."


@pytest.mark.parametrize("closing", WEAK, ids=name)
@pytest.mark.parametrize("next_one", [fact("sourced", 20), fact("applied", 20), fact("contacted", 20)], ids=name)
def test_what_begins_the_next_attempt_after_a_weak_close(closing: FoldFact, next_one: FoldFact) -> None:
    first, second = attempts(CONTACT, closing, next_one)

    assert first.close is not None
    assert second.is_open


@pytest.mark.parametrize("closing", WEAK, ids=name)
@pytest.mark.parametrize(
    "later",
    [
        *(fact("responded", 20, mood=mood) for mood in ("positive", "neutral", "negative")),
        fact("responded", 20),
        *(fact(kind, 20) for kind in ("interested", "screened", "submitted", "interviewed", "offered")),
        *(entered(stage, 20) for stage in ("sourced", "contacted", "responded", "screening", "offered")),
    ],
    ids=name,
)
def test_a_reply_or_stage_lifts_a_weak_close(closing: FoldFact, later: FoldFact) -> None:
    attempt = only(CONTACT, closing, later)

    assert attempt.close is None
    assert attempt.is_open


@pytest.mark.parametrize("closing", WEAK, ids=name)
@pytest.mark.parametrize(
    "later",
    [
        *(fact("contacted", 20, purpose=purpose) for purpose in ("reply", "logistics", "closing")),
        MAILING,
        fact("contacted", 20, kind="event_invite"),
        fact("responded", 20, mood="positive", auto=True),
        *(
            fact(kind, 20)
            for kind in ("interview_scheduled", "interview_cancelled", "offer_withdrawn", "feedback_given", "started", "left")
        ),
    ],
    ids=name,
)
def test_every_other_fact_stays_with_the_attempt_that_was_closed_weakly(closing: FoldFact, later: FoldFact) -> None:
    attempt = only(CONTACT, closing, later)

    assert attempt.close is not None
    assert attempt.close.kind == closing.name


def test_after_a_hire_everything_stays_with_the_attempt() -> None:
    attempt = only(CONTACT, fact("hired", 5), fact("sourced", 6), fact("applied", 7), fact("contacted", 8), fact("interested", 9))

    assert attempt.is_hired
    assert len(attempt.touches) == 2


# The text: "or after a hired person left, sourced, applied, an outreach contact, interested, or a responded of positive mood
# begins the next attempt"

HIRED_AND_LEFT = [CONTACT, fact("hired", 5), fact("left", 10)]


@pytest.mark.parametrize("next_one", NEXT, ids=name)
def test_what_begins_the_next_attempt_after_a_hired_person_left(next_one: FoldFact) -> None:
    first, second = attempts(*HIRED_AND_LEFT, next_one)

    assert (first.outcome, first.left_at) == ("hired", day(10))
    assert (second.began_at, second.left_at) == (day(20), None)


@pytest.mark.parametrize("later", [fact("responded", 20), fact("screened", 20), entered("interested", 20), MAILING], ids=name)
def test_every_other_fact_stays_with_the_attempt_of_a_hired_person_who_left(later: FoldFact) -> None:
    assert only(*HIRED_AND_LEFT, later).outcome == "hired"


def test_who_was_hired_again_since_they_left_is_here() -> None:
    again = only(*HIRED_AND_LEFT, fact("hired", 12), fact("contacted", 20))

    assert (again.outcome, again.left_at) == ("hired", None)


def test_a_hire_that_was_taken_back_is_no_return() -> None:
    _, second = attempts(*HIRED_AND_LEFT, entered("hired", 12), entered("offered", 13), fact("contacted", 20))

    assert second.began_at == day(20)


def test_leaving_without_a_hire_begins_nothing() -> None:
    assert only(CONTACT, fact("started", 5), fact("left", 10), fact("contacted", 20)).left_at == day(10)


def test_an_open_attempt_takes_everything() -> None:
    attempt = only(fact("sourced", 1), fact("applied", 2), fact("contacted", 3), fact("sourced", 4), fact("interested", 5))

    assert attempt.is_open


def test_a_close_that_was_lifted_may_come_again() -> None:
    attempt = only(CONTACT, fact("no_show", 2), fact("interviewed", 3), fact("no_show", 4))

    assert attempt.close is not None
    assert attempt.close.time == day(4)


# The text: "Position closed: the position's closing time, while the attempt was open then and not since hired or
# closed for a reason of its own."


def test_the_position_closes_an_open_attempt_at_its_closing_time() -> None:
    attempt = only(CONTACT, fact("responded", 2), closings=[10])

    assert attempt.close is not None
    assert (attempt.close.kind, attempt.close.time, attempt.close.event) == ("position_closed", day(10), None)


@pytest.mark.parametrize(
    ("ended", "kind"),
    [(declined(5), "declined"), (fact("no_show", 5), "no_show"), (fact("hired", 5), None)],
    ids=["declined", "no_show", "hired"],
)
def test_the_position_closes_no_attempt_that_was_not_open_then(ended: FoldFact, kind: str | None) -> None:
    close = only(CONTACT, ended, closings=[10]).close

    assert (close and close.kind) == kind


@pytest.mark.parametrize("ended", [declined(15), fact("hired", 15), fact("withdrawn", 15)], ids=name)
def test_what_ends_the_attempt_since_then_decides(ended: FoldFact) -> None:
    close = only(CONTACT, fact("responded", 2), ended, closings=[10]).close

    assert close is None if ended.name == "hired" else (close is not None and close.kind == ended.name)


def test_a_position_that_closes_before_the_attempt_begins_closes_nothing() -> None:
    assert only(fact("sourced", 5), closings=[3]).is_open


def test_a_fact_at_the_closing_time_was_before_it() -> None:
    close = only(fact("sourced", 5), closings=[5]).close

    assert close is not None
    assert close.kind == "position_closed"


def test_a_position_that_closes_twice_closes_what_was_open_each_time() -> None:
    first, second = attempts(fact("sourced", 1), fact("sourced", 20), closings=[30, 10])

    assert [close and close.time for close in (first.close, second.close)] == [day(10), day(30)]


def test_a_silent_attempt_is_ghosted_before_the_position_closes_much_later() -> None:
    close = only(CONTACT, closings=[100]).close

    assert close is not None
    assert (close.kind, close.time) == ("ghosted", day(31))


def test_a_position_that_closes_while_we_wait_ends_the_wait() -> None:
    pursuit = folded(CONTACT, closings=[10], until=100)

    assert pursuit.current is not None
    assert pursuit.current.close is not None
    assert pursuit.current.close.kind == "position_closed"
    assert pursuit.ghost_due is None


# The text: "Outcome, exactly one an attempt: hired; hard_no, soft_no, closed with such a reason, by anyone; in_play, open and
# interested or later; waiting, open, contacted and not answered; open, the rest. Interest, exactly one: interested, reached it;
# uninterested, declined without reaching it; unknown. Unanswered: contacted, and neither a response nor a later stage nor a
# decline."


@pytest.mark.parametrize(
    ("facts", "outcome", "interest", "unanswered"),
    [
        ((fact("sourced", 1),), "open", "unknown", False),
        ((fact("feedback_given", 1),), "open", "unknown", False),
        ((CONTACT,), "waiting", "unknown", True),
        ((fact("contacted", 1, purpose="reply"),), "waiting", "unknown", True),
        ((CONTACT, fact("responded", 2, auto=True)), "waiting", "unknown", True),
        ((CONTACT, fact("responded", 2)), "open", "unknown", False),
        ((CONTACT, entered("responded", 2)), "open", "unknown", False),
        ((CONTACT, fact("interested", 2)), "in_play", "interested", False),
        ((fact("applied", 1),), "in_play", "interested", False),
        ((CONTACT, fact("screened", 2)), "in_play", "interested", False),
        ((CONTACT, entered("screening", 2)), "in_play", "interested", False),
        ((CONTACT, entered("screening", 2), entered("contacted", 3)), "waiting", "unknown", True),
        ((CONTACT, fact("hired", 2)), "hired", "interested", False),
        ((CONTACT, declined(3)), "soft_no", "uninterested", False),
        ((CONTACT, fact("responded", 2), declined(3)), "soft_no", "uninterested", False),
        ((CONTACT, fact("interested", 2), declined(3)), "soft_no", "interested", False),
        ((CONTACT, fact("responded", 2), declined(3, "career_change")), "hard_no", "uninterested", False),
        ((CONTACT, fact("responded", 2), rejected(3)), "soft_no", "unknown", False),
        ((CONTACT, fact("interested", 2), rejected(3, "falsified_record", by="sponsor")), "hard_no", "interested", False),
        ((CONTACT, rejected(3)), "soft_no", "unknown", True),
        ((CONTACT, fact("withdrawn", 3)), "soft_no", "unknown", True),
        ((CONTACT, fact("ghosted", 40)), "soft_no", "unknown", True),
        ((CONTACT, declined(3), rejected(4)), "soft_no", "unknown", False),
        ((CONTACT, fact("interested", 2), fact("no_show", 4)), "soft_no", "interested", False),
        ((CONTACT, declined(3), fact("hired", 4)), "hired", "interested", False),
        ((CONTACT, fact("hired", 3), declined(4)), "soft_no", "interested", False),
        ((declined(3),), "soft_no", "uninterested", False),
    ],
)
def test_outcome_interest_and_unanswered(facts: tuple[FoldFact, ...], outcome: str, interest: str, unanswered: bool) -> None:
    attempt = only(*facts)

    assert (attempt.outcome, attempt.interest, attempt.is_unanswered) == (outcome, interest, unanswered)


@pytest.mark.parametrize("reason", sorted(Reason))
@pytest.mark.parametrize("closing", [declined, rejected])
def test_the_reason_tells_a_hard_no_from_a_soft_one(closing: Callable[[float, str], FoldFact], reason: Reason) -> None:
    assert only(CONTACT, closing(2, reason)).outcome == ("hard_no" if reason in HARD_NOS else "soft_no")
