"""What a number is worth, over HTTP: intervals, maturity, the span before, and funnels, each computed once more in DuckDB.

The organisation's zone changes its clocks on 29 March and 25 October 2026, within what is asked.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from shared.db.engine import Sessions
from shared.events import Event
from shared.timestamps import written
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.oracle import COLUMNS, Answer, Asked, Oracle
from tests.integration.analytics.test_metrics_by_oracle import NOW, ZONE, year
from tests.unit.analytics.histories import History, at

ANALYTICS = "/v1/analytics"
UNTIL = at(200)
SPAN = {"from": "2026-03-20", "to": "2026-09-15"}
BERLIN = ZoneInfo(ZONE)
SINCE, BEFORE = datetime(2026, 3, 20, tzinfo=BERLIN), datetime(2026, 9, 16, tzinfo=BERLIN)
STAGES = ("reached", "recorded", "from_previous", "median_hours")
SHARES = ("hire_rate", "interest_rate", "from_previous", "left_early")


def near(value: float | None) -> Any:
    """Equal to four places, as answers have them."""
    return None if value is None else pytest.approx(value, abs=6e-5)


# The ends of Wilson's interval are where the share lies z standard deviations of that end away: (p - x)^2 n = z^2 x (1 - x).
_INTERVAL = """
    SELECT (up + z * z / 2 - z * sqrt(up * (n - up) / n + z * z / 4)) / (n + z * z),
        (up + z * z / 2 + z * sqrt(up * (n - up) / n + z * z / 4)) / (n + z * z)
    FROM (SELECT $up::double AS up, $n::double AS n, 1.959963984540054 AS z)
"""


@pytest.fixture
async def events(analytics: Sessions) -> list[Event]:
    """A year of 120 people, in the database of the service."""
    found = year(23, 120)
    await deliver(analytics, *found, now=NOW)
    return found


@pytest.fixture
def oracle(events: list[Event]) -> Oracle:
    """The part of the year that had happened by then."""
    return Oracle([one for one in events if one.time <= UNTIL], UNTIL, ZONE)


async def rows(api: httpx.AsyncClient, asked: Asked, **more: str) -> dict[tuple[str | None, ...], dict[str, Any]]:
    """The rows of a metric up to then, by group and key of the metric."""
    parameters = {"view": asked.view, "until": str(written(UNTIL)), **SPAN, **more}
    parameters |= {"group_by": ",".join(asked.group_by)} if asked.group_by else {}
    parameters |= {"period": asked.period} if "period" in asked.group_by else {}
    answer = await api.get(f"{ANALYTICS}/metrics/{asked.metric}", params=parameters)
    assert answer.status_code == 200, answer.text
    found = {}
    for row in answer.json()["rows"]:
        own = [value for name, value in row["key"].items() if name not in asked.group_by]
        found[(*(row["key"][name] for name in asked.group_by), own[0] if own else None)] = row
    return found


def questions(*metrics: str, views: tuple[str, ...] = ("cohort", "activity")) -> list[Asked]:
    groups: list[tuple[str, ...]] = [(), ("recruiter",), ("period",), ("level", "period")]
    return [
        Asked(metric, view, SINCE, BEFORE, group_by, period=period)
        for metric in metrics
        for view in views
        for group_by in groups
        for period in (("day", "month") if "period" in group_by else ("month",))
    ]


async def test_every_share_has_wilsons_interval(api: httpx.AsyncClient, oracle: Oracle) -> None:
    checked = 0
    for asked in questions(*SHARES):
        expected, found = oracle.ask(asked), await rows(api, asked)
        for key, (value, n) in expected.items():
            row = found[key]
            assert (row["n"], row["value"]) == (n, near(value)), (asked, key)
            assert value is not None
            low, high = oracle.db.execute(_INTERVAL, {"up": round(value * n), "n": n}).fetchall()[0]
            assert (row["low"], row["high"]) == (near(low), near(high)), (asked, key)
            assert row["small"] == (n < 30)
            checked += 1
        assert all(row["low"] is None for key, row in found.items() if key not in expected), "nothing has no interval"
    assert checked > 300


async def test_a_row_says_how_much_of_its_group_is_old_enough_to_judge(api: httpx.AsyncClient, oracle: Oracle) -> None:
    """By cohort the group is its attempts, by activity what is counted; it is judged when silence has lasted 30 days."""
    moments = {"hire_rate": "outcome_at", "outcomes": "outcome_at", "interest": "interest_at"}
    shares = set()
    for asked in questions(*moments):
        at_ = "cohort_at" if asked.view == "cohort" else moments[asked.metric]
        period = f"strftime(date_trunc('{asked.period}', timezone('{ZONE}', {at_})), '%Y-%m-%d')"
        keys = "".join(f"{period if name == 'period' else COLUMNS[name]}, " for name in asked.group_by)
        query = f"""
            SELECT {keys} avg((cohort_at <= $judged::timestamptz)::int)
            FROM attempts LEFT JOIN people USING (person) WHERE {at_} >= $since::timestamptz AND {at_} < $before::timestamptz
            GROUP BY ALL
        """
        values = {"judged": UNTIL - timedelta(days=30), "since": SINCE, "before": BEFORE}
        found = oracle.db.execute(query, {name: one.isoformat() for name, one in values.items()}).fetchall()
        expected = {tuple(row[:-1]): row[-1] for row in found}
        for key, row in (await rows(api, asked)).items():
            if row["n"]:
                assert row["mature"] == near(expected[key[:-1]]), (asked, key)
                assert row["too_young"] == (expected[key[:-1]] < 1)
                shares.add(row["mature"])
    assert {0.0, 1.0} < shares, "some are judged, some are not, some in part"


async def test_the_span_before_is_as_many_days_whatever_the_clocks_did(
    api: httpx.AsyncClient, oracle: Oracle, analytics: Sessions, events: list[Event]
) -> None:
    since, before = datetime(2026, 3, 20, tzinfo=BERLIN), datetime(2026, 4, 6, tzinfo=BERLIN)
    earlier = datetime(2026, 3, 3, tzinfo=BERLIN)
    history = History(made=10**6)
    edges = [earlier - timedelta(minutes=1), earlier, earlier + timedelta(minutes=30), since - timedelta(minutes=1)]
    more = [history.fact("contacted", f"edge-{n}", (one - at(0)) / timedelta(days=1)) for n, one in enumerate(edges)]
    await deliver(analytics, *more, now=NOW)
    both = Oracle([one for one in [*events, *more] if one.time <= UNTIL], UNTIL, ZONE)

    compared = 0
    for metric in ("reached", "outcomes", "hire_rate", "touches_per_reply", "median_hours", "p90_hours"):
        for view in ("cohort", "activity"):
            asked = Asked(metric, view, since, before, ("channel",))
            was = both.ask(replace(asked, since=earlier, before=since))
            found = await rows(api, asked, **{"from": "2026-03-20", "to": "2026-04-05", "compare": "before"})
            for key, row in found.items():
                value, n = was.get(key, (None, 0))
                if row["before"] is not None and (n or row["before"]["n"]):
                    assert row["before"] == {"value": near(value), "n": n}, (
                        asked,
                        key,
                    )
                    compared += 1
    assert compared > 20


@pytest.mark.parametrize("view", ["cohort", "activity"])
@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
async def test_funnels_by_period_are_what_the_oracle_counts(
    api: httpx.AsyncClient, oracle: Oracle, view: str, period: str
) -> None:
    parameters = {"view": view, "period": period, "until": str(written(UNTIL)), **SPAN}
    body = (await api.get(f"{ANALYTICS}/funnel", params=parameters)).json()

    seen = 0
    for metric in (
        "reached",
        "recorded",
        "from_previous",
        "median_hours",
        "outcomes",
        "interest",
        "declines",
        "responded_by_touch",
    ):
        expected: Answer = oracle.ask(Asked(metric, view, SINCE, BEFORE, ("period",), period=period))
        shown = {
            (group["key"], key): value
            for group in body["groups"]
            for key, value in (
                [(stage["stage"], stage[metric]) for stage in group["stages"]]
                if metric in STAGES
                else list(group[metric].items())
            )
        }
        for of, (value, _) in expected.items():
            assert shown[of[0], of[1]] == near(value), (metric, of)
            seen += 1
        if metric in {"reached", "outcomes", "declines"}:
            assert sum(shown.values()) == sum(value or 0 for value, _ in expected.values()), "and nothing else"
    assert seen > 30
