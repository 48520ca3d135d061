"""A question whose answer would be too large is refused over HTTP before anything is counted, with what would be cheaper."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from rekindle.embedded.stack import Stack
from services.analytics.domain import column_funnels, column_sums
from services.analytics.storage import funnels, numbers
from services.analytics.use_cases import look_back
from shared.db.engine import Sessions
from tests.integration.analytics.conftest import application
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.test_metrics_by_oracle import NOW, year

ANALYTICS = "/v1/analytics"
LIMIT = 1000


@pytest.fixture(params=["in memory", "by SQL"])
async def strict(
    request: pytest.FixtureRequest, real_stores: Stack, analytics: Sessions, keys: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that counts a thousand numbers at once, over a year of 90 people."""
    await deliver(analytics, *year(7, 90), now=NOW)
    async with analytics.begin() as session:
        await session.execute(text("ANALYZE attempts, people, positions, items"))
    memory = {"columns_mb": 0} if request.param == "by SQL" else {}
    async with application(real_stores, keys, most_cells=LIMIT, **memory) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("metrics/reached", {"group_by": "position,period", "period": "day"}),
        ("metrics/reached", {"group_by": "position,period", "period": "day", "view": "activity"}),
        ("metrics/reached", {"group_by": "skill,period", "period": "day", "until": "2026-11-01"}),
        ("metrics/reached", {"group_by": "period", "period": "day", "from": "1900-01-01", "to": "2200-12-31"}),
        ("funnel", {"group_by": "period", "period": "day"}),
    ],
)
async def test_a_question_that_would_cost_too_much_is_refused_before_it_is_counted(
    strict: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, asked: dict[str, str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("nothing is counted, and nothing folded")

    for module, name in (
        (numbers, "read_sums"), (funnels, "sums"), (column_sums, "lines_of"), (column_funnels, "lines_of"),
        (look_back, "fold_again"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, fail)

    answer = await strict.get(f"{ANALYTICS}/{path}", params=asked)

    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert (body["code"], body["limit"]) == ("too_costly", LIMIT)
    assert body["cost"] > LIMIT
    assert body["factors"]["period"] > 100
    assert body["factors"].keys() == {*asked["group_by"].split(","), "keys"}
    assert any(one.startswith("ask with period=") for one in body["cheaper"])
    assert all(one in body["detail"] for one in body["cheaper"])


async def test_what_is_said_to_be_cheaper_is_answered(strict: httpx.AsyncClient) -> None:
    asked = {"group_by": "position,period", "period": "day"}
    refused = await strict.get(f"{ANALYTICS}/metrics/reached", params=asked)

    cheaper = refused.json()["cheaper"]
    answers = []
    for one in cheaper:
        words = one.split()
        if one.startswith("ask with"):
            answers.append(await strict.get(f"{ANALYTICS}/metrics/reached", params=asked | {"period": words[-1][7:]}))
        elif one.startswith("group by"):
            answers.append(
                await strict.get(f"{ANALYTICS}/metrics/reached", params=asked | {"group_by": words[2], "period": "month"})
            )

    assert len(answers) >= 2, cheaper
    assert [one.status_code for one in answers] == [200] * len(answers)


async def test_what_is_little_is_counted_however_long_the_span(strict: httpx.AsyncClient) -> None:
    for path, asked in (
        ("metrics/hire_rate", {"group_by": "period", "period": "day", "from": "1900-01-01", "to": "2200-12-31"}),
        ("metrics/people", {"group_by": "skill,location", "from": "1900-01-01"}),
        ("metrics/reached", {"from": "1900-01-01", "to": "2200-12-31"}),
    ):
        answer = await strict.get(f"{ANALYTICS}/{path}", params=asked)
        assert answer.status_code == 200, answer.text
