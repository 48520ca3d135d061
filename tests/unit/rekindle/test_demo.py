"""The demo is the same for ever, so that posting it again changes nothing."""

from datetime import UTC, datetime, timedelta

from rekindle.cli.demo import CANDIDATES, POSITIONS, story
from shared.events import EVENTS

BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_same_beginning_tells_the_same_story() -> None:
    assert story(BEGAN) == story(BEGAN)
    assert len({event["id"] for event in story(BEGAN)}) == len(story(BEGAN))


def test_the_story_is_past_and_about_people_and_positions_it_posts() -> None:
    for event in story(BEGAN):
        assert datetime.fromisoformat(event["time"]) < BEGAN - timedelta(days=1)
        assert event["subject"] in CANDIDATES
        assert event["data"].get("position", "demo:staff-engineer") in POSITIONS


def test_the_story_uses_types_that_exist() -> None:
    known = {str(event.type) for event in EVENTS}

    assert {event["type"] for event in story(BEGAN)} <= known
