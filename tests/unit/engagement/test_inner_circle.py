"""Who keeps whom in personal contact, and to whom a word is owed: pure rules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.engagement.domain.facts import PersonFact
from services.engagement.domain.inner_circle import InnerPerson, inner_person, keepers

ADA = UUID(int=1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
WITHIN = timedelta(days=60)


def contact(days_ago: int, **data: Any) -> PersonFact:
    return PersonFact(ADA, uuid4(), "rekindle.pursuit.contacted", NOW - timedelta(days=days_ago), None, data)


def test_the_last_word_counts_and_a_newsletter_or_an_invitation_is_none() -> None:
    facts = [
        contact(90, recruiter="maria", kind="call"),
        contact(70, recruiter="jonas"),
        contact(5, recruiter="robot", kind="newsletter"),
        contact(4, recruiter="robot", kind="event_invite"),
        contact(-3, recruiter="robot"),
    ]

    found = inner_person(ADA, facts, NOW)

    assert found == InnerPerson(ADA, "jonas", NOW - timedelta(days=70))
    assert found.is_owed(NOW, WITHIN)
    assert not found.is_owed(NOW, timedelta(days=71))


def test_a_word_that_names_nobody_leaves_the_person_with_who_had_one_before() -> None:
    assert inner_person(ADA, [contact(90, recruiter="maria"), contact(10)], NOW) == InnerPerson(
        ADA, "maria", NOW - timedelta(days=10)
    )


def test_a_word_that_was_retracted_was_none() -> None:
    said = contact(10, recruiter="maria")
    retraction = PersonFact(ADA, uuid4(), "rekindle.event.retracted", NOW, None, {"event": str(said.id)})

    found = inner_person(ADA, [said, retraction], NOW)

    assert found == InnerPerson(ADA, None, None)
    assert found.is_owed(NOW, WITHIN)


@pytest.mark.parametrize(("cap", "over"), [(1, 1), (2, 0), (3, 0)])
def test_who_keeps_more_than_the_cap_is_over_it_and_nobody_is_never(cap: int, over: int) -> None:
    circle = [
        InnerPerson(UUID(int=1), "maria", NOW - timedelta(days=90)),
        InnerPerson(UUID(int=2), "maria", NOW),
        *(InnerPerson(UUID(int=number), None, None) for number in range(3, 9)),
    ]

    maria, nobody = keepers(circle, NOW, WITHIN)

    assert (maria.recruiter, maria.people, maria.owed, maria.over(cap)) == ("maria", 2, 1, over)
    assert (nobody.recruiter, nobody.people, nobody.owed, nobody.over(cap)) == (None, 6, 6, 0)
