"""A metric beside that of the span of the same length just before."""

import httpx
import pytest

from shared.db.engine import Sessions
from tests.integration.analytics.deliveries import deliver
from tests.unit.analytics.histories import History, at

METRIC = "/v1/analytics/metrics/hire_rate"


async def test_each_row_has_that_of_the_span_before(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    events = [history.fact("contacted", f"p{n}", n, channel="email" if n % 2 else "phone") for n in range(8)]
    await deliver(
        analytics, *events, history.fact("hired", "p1", 9), history.fact("hired", "p5", 9), history.fact("hired", "p7", 9)
    )
    asked = {"from": at(4).isoformat(), "to": at(8).isoformat(), "group_by": "channel"}

    plain = await api.get(METRIC, params=asked)
    both = await api.get(METRIC, params=asked | {"compare": "before"})

    rows = {row["key"]["channel"]: row for row in both.json()["rows"]}
    assert {key: (row["value"], row["before"]) for key, row in rows.items()} == {
        "email": (1.0, {"value": 0.5, "n": 2}), "phone": (0.0, {"value": 0.0, "n": 2})
    }  # fmt: skip
    assert [row | {"before": None} for row in both.json()["rows"]] == plain.json()["rows"]
    assert both.headers["etag"] != plain.headers["etag"]
    again = await api.get(METRIC, params=asked | {"compare": "before"}, headers={"If-None-Match": both.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "asked", [{}, {"from": at(4).isoformat()}, {"from": at(4).isoformat(), "to": at(8).isoformat(), "group_by": "period"}]
)
async def test_without_a_span_there_is_none_before(api: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await api.get(METRIC, params=asked | {"compare": "before"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["compare"]
