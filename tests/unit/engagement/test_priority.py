"""What a priority is made of: parts that add up to it, each with its reason, as docs/queue-priority.md says."""

from pathlib import Path

import pytest

from services.engagement.domain import priority
from services.engagement.domain.priority import Factor, PriorityPart, item_parts
from tests.unit.engagement.story import B, Story

PAGE = Path("docs/queue-priority.md").read_text()


def parts_of(story: Story) -> list[tuple[str, int]]:
    return [(part.factor.value, part.points) for part in story.live().parts]


def test_a_quick_no_to_the_first_touch() -> None:
    story = Story().pursuit("contacted", "2026-03-01").pursuit("declined", "2026-03-02", reason="salary")

    assert parts_of(story) == [("stage", 25), ("response_time", 15)]
    assert [part.why for part in story.live().parts] == ["answered us", "answered within a day"]
    assert story.live().priority == 40


@pytest.mark.parametrize(("answered", "points"), [("2026-03-02", 15), ("2026-03-08", 10), ("2026-03-20", 5)])
def test_who_answered_sooner_comes_first(answered: str, points: int) -> None:
    story = Story().pursuit("contacted", "2026-03-01").pursuit("declined", answered, reason="salary")

    assert ("response_time", points) in parts_of(story)


@pytest.mark.parametrize(
    ("kind", "reason", "points"),
    [("rejected", "preferred_another", 15), ("declined", "offer_declined", 15), ("rejected", "position_closed", 5)],
)
def test_how_it_ended_counts(kind: str, reason: str, points: int) -> None:
    story = Story().pursuit("interviewed", "2026-03-01").pursuit(kind, "2026-03-02", reason=reason)
    story.fact("candidate.signal_observed", "2026-03-03", signal="promoted")

    assert parts_of(story) == [("stage", 55), ("reason", points), ("trigger", 10)]


def test_silence_and_absence_count_against() -> None:
    ghosted = Story().pursuit("contacted", "2026-03-01").pursuit("ghosted", "2026-04-01")
    absent = Story().pursuit("interviewed", "2026-03-01").pursuit("no_show", "2026-03-02")

    assert parts_of(ghosted) == [("stage", 10), ("reason", -5)]
    assert parts_of(absent) == [("stage", 55), ("reason", -5)]


def test_news_counts_and_so_does_each_further_reason() -> None:
    story = Story().pursuit("contacted", "2026-03-01").pursuit("contacted", "2026-03-01", B)
    story.pursuit("declined", "2026-03-02", reason="salary").pursuit("declined", "2026-03-02", B, reason="location")
    story.fact("candidate.signal_observed", "2026-04-01", signal="laid_off")

    assert parts_of(story) == [("stage", 25), ("response_time", 15), ("trigger", 10), ("further_reasons", 5)]
    assert story.live().parts[-1].why == "there is another reason to come back"


@pytest.mark.parametrize(("points", "total", "limit"), [(-5, 0, 5), (98, 100, -8)])
def test_a_sum_beyond_the_scale_is_cut_by_a_part_of_its_own(points: int, total: int, limit: int) -> None:
    parts = item_parts([PriorityPart(Factor.STAGE, points, "as it is")], further=2 if points > 0 else 0)

    assert sum(part.points for part in parts) == total
    assert (parts[-1].factor, parts[-1].points) == (Factor.LIMIT, limit)


def test_the_page_for_recruiters_gives_the_points_that_are_given() -> None:
    points = [
        *(f"| {why} | {number} |" for number, why in (*priority.STAGE.values(), *priority.REASON.values())),
        *(f"| {why} | {number} |" for number, why in priority.TRIGGER.values()),
        *(f"| {why} | {number} |" for _, number, why in priority.RESPONSE_TIME),
    ]

    assert [line for line in points if line not in PAGE] == []
