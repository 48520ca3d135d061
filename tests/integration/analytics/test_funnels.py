"""The funnels over HTTP: of a position and of the organisation, by cohort and by activity, as of any time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.analytics.dimensions import DIMENSIONS, FILTERS
from services.analytics.storage import funnels
from shared.db.engine import Sessions
from shared.events.vocabulary import Stage
from shared.glossary import marked
from shared.ids import position_id
from tests.integration.analytics.deliveries import deliver
from tests.unit.analytics.histories import POSITION, History, at

FUNNEL = f"/v1/analytics/positions/{POSITION}/funnel"


async def read(api: httpx.AsyncClient, path: str = FUNNEL, **parameters: Any) -> dict[str, Any]:
    """The body of a funnel."""
    answer = await api.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def stage(body: dict[str, Any], name: str) -> dict[str, Any]:
    """One stage of a funnel."""
    return next(one for one in body["stages"] if one["stage"] == name)


def reached(body: dict[str, Any]) -> dict[str, int]:
    """How many reached each stage that anybody reached."""
    return {one["stage"]: one["reached"] for one in body["stages"] if one["reached"]}


async def test_the_funnel_of_a_position(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(
        analytics,
        history.fact("sourced", "ada", 0),
        history.fact("contacted", "ada", 1),
        history.fact("responded", "ada", 1.5),
        history.fact("interested", "ada", 2),
        history.fact("contacted", "ben", 0),
        history.fact("contacted", "ben", 3),
        history.fact("responded", "ben", 4),
        history.fact("declined", "ben", 5, reason="salary"),
        history.fact("applied", "cleo", 0),
        history.fact("rejected", "cleo", 1, reason="skills"),
        history.fact("contacted", "dan", 0),
    )

    body = await read(api)

    assert body["position_id"] == str(position_id(POSITION))
    assert body["view"] == "cohort"
    assert [one["stage"] for one in body["stages"]] == [stage.value for stage in Stage]
    assert reached(body) == {"sourced": 4, "contacted": 3, "responded": 2, "interested": 2}
    assert stage(body, "sourced") == {
        "stage": "sourced", "reached": 4, "recorded": 1, "from_previous": 1.0, "median_hours": None,
    }  # fmt: skip
    assert stage(body, "contacted") == {
        "stage": "contacted", "reached": 3, "recorded": 3, "from_previous": 1.0, "median_hours": 24.0,
    }  # fmt: skip
    assert stage(body, "responded")["from_previous"] == round(2 / 3, 4)
    assert stage(body, "responded")["median_hours"] == (12 + 96) / 2
    assert stage(body, "hired")["from_previous"] is None
    assert body["responded_by_touch"] == {"0": 0, "1": 1, "2": 1, "3": 0, "later": 0}
    assert body["outcomes"] == {"hired": 0, "hard_no": 0, "soft_no": 2, "in_play": 1, "waiting": 1, "open": 0}
    assert body["interest"] == {"interested": 2, "uninterested": 1, "unknown": 1}
    assert body["unanswered"] == 1
    assert body["declines"] == {"salary": 1}
    assert body["rejections"] == {"skills": 1}
    assert body["other_closes"] == {}
    assert body["freshness"].keys() == {"behind_events", "behind_seconds", "uncertain_since"}


async def test_a_position_nobody_posted_about_has_a_funnel_of_zeros(api: httpx.AsyncClient) -> None:
    body = await read(api, "/v1/analytics/positions/ats:nobody/funnel")

    assert len(body["stages"]) == 9
    assert reached(body) == {}
    assert {*body["outcomes"].values(), *body["interest"].values(), body["unanswered"]} == {0}
    assert body["too_young"] is False


async def test_a_position_is_named_by_id_or_reference(api: httpx.AsyncClient, analytics: Sessions) -> None:
    strange = "ats:Job[7]/ü"
    await deliver(analytics, History().fact("contacted", position=strange))

    by_reference = await read(api, f"/v1/analytics/positions/{quote(strange, safe='')}/funnel")
    by_id = await read(api, f"/v1/analytics/positions/{position_id(strange)}/funnel")

    assert reached(by_reference) == reached(by_id) == {"sourced": 1, "contacted": 1}


async def test_the_cohort_view_counts_attempts_of_the_cohort_whenever_things_happened(
    api: httpx.AsyncClient, analytics: Sessions
) -> None:
    history = History()
    await deliver(
        analytics,
        history.fact("contacted", "ada", 0),
        history.fact("responded", "ada", 9),
        history.fact("contacted", "ben", 9),
    )

    body = await read(api, **{"from": "2026-03-02", "to": "2026-03-02"})

    assert reached(body) == {"sourced": 1, "contacted": 1, "responded": 1}
    assert (body["from"], body["to"]) == ("2026-03-01T23:00:00Z", "2026-03-02T23:00:00Z"), "a day is the organisation's, Berlin's"


async def test_the_activity_view_counts_each_thing_by_its_own_time(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(
        analytics,
        history.fact("contacted", "ada", 0),
        history.fact("responded", "ada", 9),
        history.fact("declined", "ada", 12, reason="timing"),
        history.fact("contacted", "ben", 9),
    )

    body = await read(api, view="activity", **{"from": at(9).isoformat().replace("+00:00", "Z"), "to": "2026-03-12T00:00:00Z"})

    assert reached(body) == {"sourced": 1, "contacted": 1, "responded": 1}
    assert stage(body, "responded")["recorded"] == 1
    assert body["declines"] == {}
    assert (await read(api, view="activity"))["declines"] == {"timing": 1}


async def test_from_is_included_and_so_is_a_day_as_to_but_no_time(api: httpx.AsyncClient, analytics: Sessions) -> None:
    await deliver(analytics, History().fact("contacted", days=0))
    moment, day = "2026-03-02T09:00:00Z", "2026-03-02"

    for view in ("cohort", "activity"):
        assert reached(await read(api, view=view, **{"from": moment})) != {}
        assert reached(await read(api, view=view, to=moment)) == {}
        assert reached(await read(api, view=view, **{"from": moment, "to": moment})) == {}
        assert reached(await read(api, view=view, to=day)) != {}
        assert reached(await read(api, view=view, **{"from": day, "to": day})) != {}
        assert reached(await read(api, view=view, **{"from": moment, "to": day})) != {}
        assert reached(await read(api, view=view, to="2026-03-01")) == {}


async def test_as_of_counts_only_what_had_happened_by_then(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(
        analytics,
        history.fact("contacted", "ada", 0),
        history.fact("responded", "ada", 2),
        history.fact("declined", "ada", 4, reason="salary"),
        history.fact("contacted", "ben", 40, name="wrong"),
        history.fact("event.retracted", "ben", 41, source="ats", id="wrong"),
    )

    early = await read(api, as_of="2026-03-05")
    before_retraction = await read(api, as_of="2026-04-11T10:00:00Z")
    grouped = await read(api, "/v1/analytics/funnel", as_of="2026-03-05", group_by="channel")

    assert early["declines"] == {}
    assert early["outcomes"]["open"] == 1
    assert early["too_young"] is True
    assert reached(before_retraction)["contacted"] == 2
    assert before_retraction["declines"] == {"salary": 1}
    assert [(one["key"], reached(one)["responded"]) for one in grouped["groups"]] == [("email", 1)]
    assert reached(await read(api)) == {"sourced": 1, "contacted": 1, "responded": 1}


async def test_as_of_knows_that_silence_had_lasted_by_then(api: httpx.AsyncClient, analytics: Sessions) -> None:
    await deliver(analytics, History().fact("contacted", days=0))

    assert (await read(api, as_of=at(29).isoformat().replace("+00:00", "Z")))["outcomes"]["waiting"] == 1
    assert (await read(api, as_of=at(31).isoformat().replace("+00:00", "Z")))["outcomes"]["waiting"] == 0


async def test_the_organisation_by_every_dimension(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(
        analytics,
        history.known("ada", level="senior", country="DE", tier="warm", market_status="passive", skills=["Python", "SQL"]),
        history.position(sponsor="acme", level="staff", status="open"),
        history.fact("contacted", "ada", via="linkedin", recruiter="maria", sender_role="executive"),
        history.fact("applied", "ben", position="ats:other", via="referral", recruiter="tom"),
    )
    expected = {
        "position": {str(position_id(POSITION)), str(position_id("ats:other"))},
        "recruiter": {"maria", "tom"},
        "sender_role": {"executive", None},
        "via": {"linkedin", "referral"},
        "origin": {"inbound", "outbound"},
        "channel": {"email", None},
        "attempt": {"1"},
        "sponsor": {"acme", None},
        "skill": {"python", "sql", None},
        "level": {"senior", None},
        "location": {"DE", None},
        "tier": {"warm", None},
        "market_status": {"passive", None},
        "period": {"2026-03-01"},
    }

    filters = {one.name for one in FILTERS}
    assert expected.keys() == {one.name for one in DIMENSIONS} == filters | {"period"}
    for dimension, keys in expected.items():
        body = await read(api, "/v1/analytics/funnel", group_by=dimension)
        assert {one["key"] for one in body["groups"]} == keys, dimension
        for key in keys - {None}:
            if dimension in filters:
                only = await read(api, "/v1/analytics/funnel", **{dimension: key})
                assert stage(only, "sourced")["reached"] == (2 if dimension == "attempt" else 1), (
                    dimension,
                    key,
                )  # both are a first
                assert only["filters"] == {dimension: [key]}


async def test_several_values_of_a_filter_are_any_of_them(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(
        analytics,
        *(history.known(who, skills=skills) for who, skills in (("ada", ["python", "sql"]), ("ben", ["go"]), ("cy", ["java"]))),
        history.fact("contacted", via="linkedin"),
        history.fact("contacted", "ben", via="referral"),
        history.fact("contacted", "cy", via="event"),
    )

    async def sourced(**filters: Any) -> int:
        body = await read(api, "/v1/analytics/funnel", **filters)
        assert body["filters"] == filters
        return int(stage(body, "sourced")["reached"])

    assert await sourced(via=["linkedin", "referral"]) == 2
    assert await sourced(via=["linkedin", "nobody"]) == 1
    assert await sourced(skill=["python", "sql"]) == 1, "who has both counts once"
    assert await sourced(skill=["sql", "go"], via=["referral", "event"]) == 1, "each filter must be met"


async def test_the_organisation_is_the_sum_of_its_positions(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, *[history.fact("contacted", f"person-{n}", n, position=f"ats:{n % 3}") for n in range(9)])

    whole = await read(api, "/v1/analytics/funnel")
    by_attempts = await read(api, "/v1/analytics/funnel", origin="outbound")
    by_position = await read(api, "/v1/analytics/funnel", group_by="position", limit="2")

    assert stage(whole, "contacted") == stage(by_attempts, "contacted")
    assert stage(whole, "contacted")["reached"] == 9
    assert [stage(one, "contacted")["reached"] for one in by_position["groups"]] == [3, 3]


async def test_counters_and_attempts_tell_the_same(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History()
    kinds = ("sourced", "contacted", "responded", "interested", "declined")
    await deliver(analytics, *[history.fact(kind, f"person-{n}", 2 * n + 1) for n in range(12) for kind in kinds[: n % 6]])
    questions = [(FUNNEL, {}), ("/v1/analytics/funnel", {}), ("/v1/analytics/funnel", {"group_by": "position"})]
    from_attempts = [await read(api, path, **parameters) for path, parameters in questions]

    monkeypatch.setattr(funnels, "EXACT_UP_TO", -1)

    for (path, parameters), expected in zip(questions, from_attempts, strict=True):
        found = await read(api, path, **parameters)
        assert found | {"as_of": None, "freshness": None} == expected | {"as_of": None, "freshness": None}


async def test_groups_in_time_are_the_organisations_days(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted", "ada", 0.6), history.fact("contacted", "ben", 40))

    days = await read(api, "/v1/analytics/funnel", group_by="period", period="day")
    months = await read(api, "/v1/analytics/funnel", group_by="period", view="activity", as_of="2026-04-20")

    assert [one["key"] for one in days["groups"]] == ["2026-03-03", "2026-04-11"], "23:24 UTC is the next day in Berlin"
    assert [(one["key"], one["too_young"]) for one in months["groups"]] == [("2026-03-01", True), ("2026-04-01", True)]


async def test_facts_of_a_hundred_years_ago_are_counted_like_any_other(api: httpx.AsyncClient, analytics: Sessions) -> None:
    """The longest durations are kept as 68 years."""
    history = History()
    long_ago = (datetime(1900, 1, 1, tzinfo=UTC) - at(0)) / timedelta(days=1)
    events = [
        history.fact("contacted", "ada", long_ago),
        history.fact("responded", "ada", 1),
        history.fact("contacted", "ben", 2),
    ]
    await deliver(analytics, *events)

    body = await read(api, **{"from": "1900-01-01", "to": "1900-12-31"})
    years = await read(api, "/v1/analytics/funnel", group_by="period", period="year")

    assert reached(body) == {"sourced": 1, "contacted": 1, "responded": 1}
    assert stage(body, "responded")["median_hours"] == pytest.approx(2**31 / 3600)
    assert [one["key"] for one in years["groups"]] == ["1900-01-01", "2026-01-01"]


async def test_wrong_questions_are_refused_by_name(api: httpx.AsyncClient) -> None:
    for path, parameters, status, field in [
        (FUNNEL, {"view": "sideways"}, 422, "view"),
        (FUNNEL, {"from": "yesterday"}, 422, "from"),
        (FUNNEL, {"from": "2026-03-02T09:00:00"}, 422, "from"),
        (FUNNEL, {"from": "2026-03-03", "to": "2026-03-02"}, 422, "to"),
        (FUNNEL, {"from": "2026-03-03T09:00:00Z", "to": "2026-03-03T08:00:00Z"}, 422, "to"),
        (FUNNEL, {"from": "2026-03-03", "to": "2026-03-02T22:59:59Z"}, 422, "to"),
        (FUNNEL, {"to": "2026-02-30"}, 422, "to"),
        (FUNNEL, {"to": "2026-03-02T09:00:00"}, 422, "to"),
        (FUNNEL, {"colour": "red"}, 400, "colour"),
        (FUNNEL, {"recruiter": "maria"}, 400, "recruiter"),
        ("/v1/analytics/positions/nonsense/funnel", {}, 422, "position"),
        ("/v1/analytics/positions/UPPER:1/funnel", {}, 422, "position"),
        ("/v1/analytics/funnel", {"colour": "red"}, 400, "colour"),
        ("/v1/analytics/funnel", {"group_by": "colour"}, 422, "group_by"),
        ("/v1/analytics/funnel", {"level": "wizard"}, 422, "level[0]"),
        ("/v1/analytics/funnel", {"location": "Berlin"}, 422, "location[0]"),
        ("/v1/analytics/funnel", {"limit": "0"}, 422, "limit"),
    ]:
        answer = await api.get(path, params=parameters)
        assert answer.status_code == status, (path, parameters, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_both_registries_are_answered(api: httpx.AsyncClient) -> None:
    body = (await api.get("/v1/analytics/metrics")).json()

    assert {
        "reached",
        "recorded",
        "from_previous",
        "median_hours",
        "responded_by_touch",
        "outcomes",
        "interest",
        "unanswered",
        "declines",
        "rejections",
        "other_closes",
    } <= {one["name"] for one in body["items"]}
    assert all(one["question"] and one["unit"] and one["definition"] and one["dimensions"] for one in body["items"])
    assert [one["name"] for one in body["dimensions"]] == [one.name for one in DIMENSIONS]
    assert all(one["question"] and one["of"] in {"attempt", "person", "position", "period"} for one in body["dimensions"])


async def test_every_dimension_is_a_parameter_of_the_documented_funnel(api: httpx.AsyncClient) -> None:
    document = (await api.get("/v1/analytics/openapi.json")).json()

    parameters = {one["name"]: one for one in document["paths"]["/v1/analytics/funnel"]["get"]["parameters"]}

    assert {one.name for one in FILTERS} <= parameters.keys()
    assert all(parameters[one.name]["description"].startswith(marked(one.question)) for one in FILTERS)
    assert document["components"]["schemas"]["Dimension"]["enum"] == [one.name for one in DIMENSIONS]
