"""What the answer to a question would hold, and what would be less."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.analytics.dimensions import BY_NAME
from services.analytics.domain.costs import Sizes, cheaper, cost_of, keys_of
from services.analytics.domain.questions import Period, Question
from services.analytics.metrics import BY_NAME as METRICS

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Sizes(5_000_000, {"position": 5_001, "skill": 3_001, "level": 11}, DAY_ONE, DAY_ONE + timedelta(days=364))


def question(*group_by: str, **more: Any) -> Question:
    return Question(group_by=tuple(BY_NAME[name] for name in group_by), **more)


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        (question(), 9),
        (question("level"), 11 * 9),
        (question("position", "skill"), 5_000_000 * 9),  # no more groups than rows
        (question("level", "skill"), 11 * 3_001 * 9),
        (question("position", "level", filters={"position": ("a", "b")}), 2 * 11 * 9),
        (question("skill", filters={"skill": ("python",)}), 3_001 * 9),  # who has one skill is counted for the others too
        (question("period", period=Period.DAY), 366 * 9),
        (question("period", period=Period.DAY, since=DAY_ONE - timedelta(days=40_000)), 366 * 9),
        (question("period", period=Period.DAY, before=DAY_ONE + timedelta(days=10)), 12 * 9),
        (question("period", period=Period.DAY, since=DAY_ONE + timedelta(days=4000)), 2 * 9),
    ],
)
def test_an_answer_holds_its_groups_by_the_keys_of_each(asked: Question, cells: int) -> None:
    assert cost_of(asked, 9, YEAR).cells == cells


def test_a_metric_has_so_many_keys_as_its_answer_has_rows() -> None:
    assert [keys_of([METRICS[name]]) for name in ("reached", "hire_rate", "median_hours")] == [9, 1, 9]
    assert keys_of([METRICS["declines"]]) > 15


def test_what_is_cheaper_keeps_within_the_limit_and_near_the_question() -> None:
    asked = question("position", "period", period=Period.DAY)

    assert list(cheaper(asked, 9, YEAR, 2_000_000)) == [
        "ask with period=month",
        "filter by position, with at most 100 values",
        "name a span with from and to of at most 44 periods",
        "group by position alone",
        "group by period alone",
    ]


def test_an_empty_pool_costs_nothing_worth_refusing() -> None:
    assert cost_of(question("position", "period"), 9, Sizes(0, {}, None, None)).cells == 9
