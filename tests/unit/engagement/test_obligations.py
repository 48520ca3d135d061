"""What we owe people: what makes an obligation, what meets it, whose it is, and when nothing is owed any more."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.engagement.domain.obligations import Obligation, Waiver
from shared.ids import position_id
from tests.unit.engagement.story import A, B, Story, day, event_of

MON, TUE, WED, THU, FRI = (f"2026-03-0{number}" for number in range(2, 7))


def owed(story: Story) -> list[Obligation]:
    return list(story.derived().obligations)


def brief(story: Story, now: str = "2026-03-02T12:30") -> list[tuple[str, str]]:
    """(kind, status) of each obligation."""
    return [(one.kind, one.status(day(now))) for one in owed(story)]


def test_a_response_is_owed_a_reply_within_24_business_hours() -> None:
    [reply] = owed(Story().pursuit("contacted", "2026-03-01", recruiter="maria").pursuit("responded", MON))

    assert (reply.kind, reply.position_id, reply.made_by) == ("reply", position_id(A), event_of(1))
    assert (reply.made_at, reply.warn_at, reply.due_at) == (day(MON), day("2026-03-03T16:00"), day(THU))
    assert reply.recruiter == "maria"


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ("2026-03-02T12:30", "open"),
        ("2026-03-03T15:59:59", "open"),
        ("2026-03-03T16:00", "warned"),
        ("2026-03-05T11:59:59", "warned"),
        ("2026-03-05T12:00", "overdue"),
    ],
)
def test_time_warns_and_makes_overdue(now: str, status: str) -> None:
    [reply] = owed(Story().pursuit("applied", MON))

    assert reply.status(day(now)) == status


@pytest.mark.parametrize(
    ("now", "expected"),
    [("2026-03-02T13:00", "2026-03-03T16:00"), ("2026-03-03T16:00", "2026-03-05T12:00"), ("2026-03-05T12:00", None)],
)
def test_the_clock_comes_when_time_changes_the_status(now: str, expected: str | None) -> None:
    [reply] = owed(Story().pursuit("applied", MON))

    assert reply.clock_at(day(now)) == (None if expected is None else day(expected))


@pytest.mark.parametrize(
    ("kind", "data", "makes"),
    [
        ("responded", {}, ["reply"]),
        ("responded", {"mood": "negative"}, ["reply"]),
        ("responded", {"auto": True}, []),
        ("applied", {}, ["reply"]),
        ("interviewed", {}, ["feedback"]),
        ("interested", {}, []),
        ("interview_scheduled", {}, []),
        ("stage_entered", {"stage": "interviewing"}, []),
        ("declined", {"reason": "salary"}, []),
        ("rejected", {}, []),
        ("no_show", {}, []),
    ],
)
def test_what_makes_us_owe_something(kind: str, data: dict[str, object], makes: list[str]) -> None:
    story = Story().pursuit("contacted", "2026-03-01").pursuit(kind, MON, **data)

    assert [one.kind for one in owed(story)] == makes


@pytest.mark.parametrize(
    ("before", "data", "expected"),
    [
        ("applied", {}, ["reply", "feedback"]),
        ("responded", {}, ["reply", "feedback"]),
        ("responded", {"auto": True}, []),
        ("screened", {}, ["feedback"]),  # a later stage implies that they answered
        ("interviewed", {}, ["feedback", "feedback"]),
        ("sourced", {}, []),
    ],
)
@pytest.mark.parametrize("by", ["team", "sponsor"])
def test_a_rejection_is_owed_feedback_where_they_applied_or_answered(
    before: str, data: dict[str, object], expected: list[str], by: str
) -> None:
    story = Story()
    if before != "applied":
        story.pursuit("contacted", "2026-03-01")
    story.pursuit(before, MON, **data).pursuit("rejected", TUE, by=by)

    assert [one.kind for one in owed(story)] == expected


def test_who_answers_a_rejection_was_not_rejected_as_somebody_who_answered() -> None:
    story = Story().pursuit("contacted", "2026-03-01").pursuit("rejected", MON).pursuit("responded", TUE)

    assert [one.kind for one in owed(story)] == ["reply"]


def test_feedback_is_due_after_five_business_days_and_nobody_is_warned() -> None:
    [feedback] = owed(Story().pursuit("interviewed", MON))

    assert (feedback.warn_at, feedback.due_at) == (None, day("2026-03-09"))
    assert feedback.status(day("2026-03-09")) == "overdue"


def test_a_promise_is_due_when_we_said() -> None:
    story = Story().fact("candidate.followup_promised", MON, due_at="2026-03-04T08:00:00Z", recruiter="maria")
    [promise] = owed(story)

    assert (promise.kind, promise.position_id, promise.recruiter) == ("promise", None, "maria")
    assert (promise.warn_at, promise.due_at) == (None, day("2026-03-04T08:00"))


@pytest.mark.parametrize("data", [{}, {"purpose": "reply"}, {"purpose": "logistics"}, {"kind": "newsletter"}])
@pytest.mark.parametrize("position", [A, B])
def test_any_later_contact_meets_replies_and_promises(data: dict[str, object], position: str) -> None:
    story = Story().pursuit("responded", MON).fact("candidate.followup_promised", MON, due_at="2026-03-04T08:00:00Z")
    story.pursuit("contacted", TUE, position, **data).pursuit("contacted", WED, position, **data)

    assert [one.met_at for one in owed(story)] == [day(TUE), day(TUE)]


def test_a_contact_of_before_meets_nothing() -> None:
    story = Story().pursuit("contacted", "2026-03-02T11:00").pursuit("responded", MON).pursuit("contacted", MON, B)

    assert [one.met_at for one in owed(story)] == [None]


def test_feedback_is_met_by_feedback_about_the_same_position_alone() -> None:
    story = Story().pursuit("interviewed", MON).pursuit("contacted", TUE).pursuit("feedback_given", TUE, B)
    assert [one.met_at for one in owed(story)] == [None]

    story.pursuit("rejected", WED).pursuit("feedback_given", WED)
    assert [one.met_at for one in owed(story)] == [day(WED), day(WED)]


def test_feedback_of_before_a_rejection_is_none_about_it() -> None:
    story = Story().pursuit("interviewed", MON).pursuit("feedback_given", TUE).pursuit("rejected", WED)

    assert [one.met_at for one in owed(story)] == [day(TUE), None]


def test_a_contact_that_comes_after_its_time_meets_it_late() -> None:
    [reply] = owed(Story().pursuit("responded", MON).pursuit("contacted", FRI, purpose="reply"))

    assert reply.status(day(FRI)) == "met"
    assert reply.met_at is not None
    assert reply.met_at > reply.due_at


@pytest.mark.parametrize(
    ("story", "recruiter"),
    [
        (Story().pursuit("contacted", "2026-03-01", recruiter="maria").pursuit("responded", MON, recruiter="jonas"), "jonas"),
        (Story().pursuit("contacted", "2026-02-28", recruiter="maria").pursuit("responded", MON), "maria"),
        (Story().pursuit("sourced", "2026-03-01", recruiter="eva").pursuit("applied", MON), "eva"),
        (Story().pursuit("contacted", "2026-03-01", B, recruiter="maria").pursuit("applied", MON), "maria"),
        (Story().pursuit("applied", MON).pursuit("contacted", TUE, B, recruiter="maria"), None),
        (Story().pursuit("applied", MON), None),
    ],
)
def test_whose_an_obligation_is(story: Story, recruiter: str | None) -> None:
    assert owed(story)[0].recruiter == recruiter


def test_nothing_is_owed_after_do_not_contact() -> None:
    story = Story().pursuit("responded", MON).pursuit("contacted", TUE).pursuit("interviewed", TUE)
    story.fact("candidate.hard_no_set", WED, reason="do_not_contact").pursuit("responded", THU).pursuit("contacted", FRI)

    assert brief(story) == [("reply", "met")]

    story.fact("candidate.hard_no_lifted", FRI, reason="do_not_contact", by="candidate")
    assert [kind for kind, _ in brief(story)] == ["reply", "feedback", "reply"]


def test_what_was_not_met_by_do_not_contact_is_not_met_by_a_contact_after_it() -> None:
    story = Story().pursuit("responded", MON).fact("candidate.hard_no_set", TUE, reason="do_not_contact")

    assert brief(story) == brief(story.pursuit("contacted", WED)) == []


def test_another_hard_no_changes_nothing() -> None:
    story = Story().pursuit("responded", MON).fact("candidate.hard_no_set", TUE, reason="career_change")

    assert brief(story) == [("reply", "open")]


def test_what_is_retracted_was_never_owed_or_done() -> None:
    story = Story().pursuit("responded", MON).pursuit("contacted", TUE)
    story.fact("event.retracted", WED, event=str(event_of(1)))
    assert [one.met_at for one in owed(story)] == [None]

    story.fact("event.retracted", WED, event=str(event_of(0)))
    assert owed(story) == []


def test_a_waiver_ends_it_unless_it_was_met_before() -> None:
    story = Story().pursuit("responded", MON)
    [reply] = owed(story)
    story.waivers[reply.id] = Waiver("maria", day(TUE))
    assert brief(story, FRI) == [("reply", "waived")]

    story.pursuit("contacted", WED)
    assert brief(story, FRI) == [("reply", "waived")]
    assert owed(story)[0].met_at is None

    story.pursuit("contacted", "2026-03-03T11:00")
    assert brief(story, FRI) == [("reply", "met")]


def test_an_obligation_keeps_its_id_when_the_person_is_another() -> None:
    ada, linked = (
        Story().pursuit("responded", MON),
        Story(person=UUID(int=7)).pursuit(
            "responded",
            MON,
        ),
    )

    assert [one.id for one in owed(ada)] == [one.id for one in owed(linked)]
    assert owed(linked)[0].person_id == UUID(int=7)


def test_a_contact_of_another_stream_of_the_person_meets_it() -> None:
    story = Story().fact("pursuit.responded", MON, A, stream=UUID(int=1))
    story.fact("pursuit.contacted", TUE, A, stream=UUID(int=2), channel="email")

    assert [one.met_at for one in owed(story)] == [day(TUE)]


def test_a_promise_for_a_time_that_has_passed_is_overdue_at_once() -> None:
    story = Story().fact("candidate.followup_promised", MON, due_at="2026-03-01T08:00:00Z")

    assert brief(story, MON) == [("promise", "overdue")]
    assert owed(story)[0].due_at < day(MON) - timedelta(hours=1)
