"""How a metric is answered: what is refused, entity tags, exports, the attempts behind a number, and a look back."""

import csv
import io
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from sqlalchemy import text

from services.analytics.api import members
from services.analytics.api.representations import safe_cell
from services.analytics.storage import numbers
from services.analytics.use_cases import costs, look_back
from services.analytics.use_cases.refold import fold_again
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events import Topic
from shared.ids import position_id
from shared.timestamps import written
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.oracle import Asked, Oracle
from tests.integration.analytics.test_metrics_by_oracle import ATTEMPT_METRICS, NOW, ZONE, ask, differences, year
from tests.unit.analytics.histories import POSITION, History, at, person

METRIC = "/v1/analytics/metrics"


@pytest.mark.parametrize("in_memory", [True, False])
async def test_numbers_until_a_time_are_what_the_facts_up_to_then_say(
    api: httpx.AsyncClient, without_memory: httpx.AsyncClient, analytics: Sessions, in_memory: bool
) -> None:
    client = api if in_memory else without_memory
    events = year(11, 60)
    await deliver(analytics, *events, now=NOW)
    chance = random.Random(3)
    for until in [at(chance.uniform(0, 380)) for _ in range(6)]:
        oracle = Oracle([one for one in events if one.time <= until], until, ZONE)
        for metric in [one for one in ATTEMPT_METRICS if one.looks_back]:
            asked = Asked(
                metric.name,
                chance.choice(["cohort", "activity"]),
                group_by=("channel" if "channel" in metric.dimensions else "level",),
                until=until,
            )
            assert differences(await ask(client, asked), oracle.ask(replace(asked, until=None))) == {}, asked


@pytest.mark.parametrize("in_memory", [True, False])
async def test_numbers_as_of_a_time_are_what_had_been_received_by_then(
    api: httpx.AsyncClient, without_memory: httpx.AsyncClient, analytics: Sessions, in_memory: bool
) -> None:
    """A tenth comes late, and some times lie in the future of their receipt."""
    client = api if in_memory else without_memory
    chance, events = random.Random(5), year(13, 60)
    for one in events:
        one.received_at = one.time + timedelta(days=chance.choice([0] * 9 + [chance.uniform(-3, 90)]))
    await deliver(analytics, *events, now=NOW)
    for as_of in [at(chance.uniform(0, 260)) for _ in range(6)]:
        known = [
            one for one in events if one.data.topic is not Topic.ENGAGEMENT or (one.received_at and one.received_at <= as_of)
        ]
        oracle = Oracle(known, as_of, ZONE)
        for metric in [one for one in ATTEMPT_METRICS if one.looks_back]:
            asked = Asked(
                metric.name,
                chance.choice(["cohort", "activity"]),
                group_by=("recruiter" if "recruiter" in metric.dimensions else "level",),
                as_of=as_of,
            )
            assert differences(await ask(client, asked), oracle.ask(replace(asked, as_of=None))) == {}, asked


async def test_a_look_back_folds_again_only_what_changed_since(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History()
    settled = [history.fact("contacted", "early", 1), history.fact("declined", "early", 2, reason="salary")]
    later = [history.fact("contacted", "late", 15), history.fact("responded", "both", 3), history.fact("interested", "both", 15)]
    await deliver(analytics, *settled, *later, now=NOW)
    folded: list[int] = []

    def counting(keys: Any, *more: Any, **named: Any) -> Any:
        folded.append(len(keys))
        return fold_again(keys, *more, **named)

    monkeypatch.setattr(look_back, "fold_again", counting)
    answer = await api.get(f"{METRIC}/reached", params={"as_of": "2026-03-12"})

    assert {row["key"]["stage"]: row["n"] for row in answer.json()["rows"]}["responded"] == 2
    assert sum(folded) == 1, "of the others one had not begun, and one has not changed"
    assert api._transport.app.state.columns._columns.dead == 0, "the columns of now are as they were"  # type: ignore[attr-defined]  # the application's


@pytest.mark.parametrize("path", ["positions/ats:staff/funnel", "funnel", "funnel?group_by=recruiter", "funnel?until=2026-03-20"])
async def test_the_tag_of_a_funnel_saves_the_counting_until_something_is_applied(
    api: httpx.AsyncClient, analytics: Sessions, path: str
) -> None:
    first = await api.get(f"/v1/analytics/{path}")
    again = await api.get(f"/v1/analytics/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    async with analytics.begin() as session:
        await session.execute(text("INSERT INTO epochs (epoch) VALUES (1)"))

    rebuilt = await api.get(f"/v1/analytics/{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert rebuilt.status_code == 200


async def test_wrong_questions_are_refused_with_what_is_possible(api: httpx.AsyncClient) -> None:
    wrong: list[tuple[str, dict[str, Any], int, str]] = [
        ("happiness", {}, 404, "hire_rate"),
        ("reached", {"group_by": "colour"}, 422, "recruiter, sender_role"),
        ("reached", {"group_by": "via,origin,channel"}, 422, "two different ones"),
        ("reached", {"group_by": "via,via"}, 422, "two different ones"),
        ("reached", {"group_by": ""}, 422, "recruiter"),
        ("reached", {"level": "wizard"}, 422, "senior"),
        ("reached", {"via": "x" * 10_000}, 422, "100"),
        ("reached", {"via": ["x"] * 10_000}, 422, "at most 100"),
        ("reached", {"level": ["senior", "wizard"]}, 422, "senior"),
        ("reached", {"period": "millisecond"}, 422, "quarter"),
        ("reached", {"period": "1ms"}, 422, "quarter"),
        ("reached", {"period": "day", "group_by": "via,origin"}, 422, "at most one dimension"),
        ("reached", {"from": "0001-01-01", "to": "9999-12-31", "period": "day"}, 422, "between 1900 and 2200"),
        ("reached", {"period": "10000 years"}, 422, "quarter"),
        ("reached", {"view": "sideways"}, 422, "activity"),
        ("reached", {"from": "2026-03-03", "to": "2026-03-02"}, 422, "before from"),
        ("reached", {"from": "0001-01-01"}, 422, "1900"),
        ("reached", {"until": "2199-01-01"}, 422, "future"),
        ("reached", {"as_of": "2199-01-01"}, 422, "future"),
        ("reached", {"zone": "Mars/Base"}, 400, "which takes"),
        ("reached", {"colour": "red"}, 400, "which takes"),
        ("reached", {"limit": "100000"}, 422, "10000"),
        ("reached/members", {"cursor": "forged"}, 400, "next_cursor"),
        ("hire_rate/members", {"key": "hired"}, 422, "one number"),
    ]
    for path, parameters, status, says in wrong:
        answer = await api.get(f"{METRIC}/{path}", params=parameters)
        assert answer.status_code == status, (path, parameters, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert says in answer.text, (path, parameters, answer.text)


async def test_wrong_questions_about_funnels_are_refused_with_what_is_possible(api: httpx.AsyncClient) -> None:
    wrong: list[tuple[dict[str, Any], int, str, str]] = [
        ({"group_by": "colour"}, 422, "group_by", "'recruiter', 'sender_role'"),
        ({"group_by": "via,origin,channel"}, 422, "group_by", "'recruiter', 'sender_role'"),
        ({"level": "wizard"}, 422, "level[0]", "'senior'"),
        ({"attempt": "first"}, 422, "attempt[0]", "whole number"),
        ({"via": ["x"] * 10_000}, 422, "via", "at most 100"),
        ({"period": "1ms"}, 422, "period", "'quarter'"),
        ({"period": "10000 years"}, 422, "period", "'quarter'"),
        ({"from": "2026-03-03", "to": "2026-03-02"}, 422, "to", "before from"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, 422, "from", "between 1900 and 2200"),
        ({"as_of": "2199-01-01"}, 422, "as_of", "future"),
        ({"until": "2199-01-01"}, 422, "until", "future"),
        ({"zone": "Mars/Base"}, 400, "zone", "which takes"),
        ({"cursor": "forged"}, 400, "cursor", "which takes"),
    ]
    for parameters, status, field, says in wrong:
        answer = await api.get("/v1/analytics/funnel", params=parameters)
        assert answer.status_code == status, (parameters, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        rules = {error["field"]: error["rule"] for error in answer.json()["errors"]}
        assert says in rules[field] or says in answer.json()["detail"], (parameters, answer.text)


async def test_a_period_alone_is_a_series(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted", via="linkedin"), history.fact("contacted", "ben", 40, via="referral"))

    async def rows(**asked: Any) -> list[dict[str, Any]]:
        answer = await api.get(f"{METRIC}/unanswered", params=asked)
        return [row["key"] for row in answer.json()["rows"]]

    funnels = (await api.get("/v1/analytics/funnel", params={"period": "week"})).json()
    refused = await api.get("/v1/analytics/funnel", params={"period": "week", "group_by": "via"})

    assert await rows(period="month") == await rows(group_by="period") == [{"period": "2026-03-01"}, {"period": "2026-04-01"}]
    assert await rows(period="year", group_by="via") == await rows(group_by="via,period", period="year")
    assert [one["key"] for one in funnels["groups"]] == ["2026-03-02", "2026-04-06"]
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "period")


@pytest.mark.parametrize("path", ["metrics/reached", "metrics/reached/members", "funnel"])
@pytest.mark.parametrize("moment", ["as_of", "until"])
async def test_a_look_back_that_would_fold_too_much_is_refused_before_it_runs(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch, path: str, moment: str
) -> None:
    history = History()
    await deliver(analytics, *(history.fact(kind, f"p{n}", n) for n in range(3) for kind in ("contacted", "responded")), now=NOW)
    await deliver(analytics, *(history.fact("interested", f"p{n}", 40) for n in range(3)), now=NOW)
    monkeypatch.setattr(costs, "MOST_FOLDED", 2)
    monkeypatch.setattr(look_back, "fold_again", None)

    answer = await api.get(f"/v1/analytics/{path}", params={moment: "2026-03-20"})

    assert answer.status_code == 422
    assert answer.json()["code"] == "too_costly"
    assert f"{moment}: after that time so much changed that 3 pursuits" in answer.json()["detail"]


@pytest.mark.parametrize("by_driver", [False, True])
async def test_a_question_that_takes_too_long_is_stopped(
    analytics: Sessions, monkeypatch: pytest.MonkeyPatch, by_driver: bool
) -> None:
    monkeypatch.setattr(costs, "SECONDS", 0.05)

    async def ask() -> None:
        async with analytics.begin() as session, costs.bounded(session):
            if by_driver:
                await (await driver(session)).fetch("SELECT pg_sleep(5)")
            await session.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(costs.TooCostly, match="was stopped"):
        await ask()


@pytest.mark.parametrize(("table", "metric"), [("items", "breaches"), ("attempts", "reached")])
async def test_a_list_of_members_that_takes_too_long_is_stopped(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch, table: str, metric: str
) -> None:
    monkeypatch.setattr(costs, "SECONDS", 0.05)

    async with analytics.begin() as session:
        await session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        answer = await api.get(f"{METRIC}/{metric}/members")

    assert (answer.status_code, answer.json()["code"]) == (422, "too_costly")


@pytest.mark.parametrize("path", ["metrics/reached", "metrics/reached/members", "metrics", "positions/ats:staff/fit"])
async def test_an_accept_that_nobody_offers_is_a_406_that_lists_what_is_possible(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(f"/v1/analytics/{path}", headers={"Accept": "application/pdf"})

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert answer.json()["possible"][0] == "application/json"
    assert ("text/csv" in answer.json()["possible"]) == path.startswith("metrics/")


async def test_the_tag_holds_until_something_is_applied_and_saves_the_counting(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(analytics, History().fact("contacted"))
    first = await api.get(f"{METRIC}/reached")
    again = await api.get(f"{METRIC}/reached")
    other = await api.get(f"{METRIC}/reached", params={"via": "linkedin"})
    as_csv = await api.get(f"{METRIC}/reached", headers={"Accept": "text/csv"})

    assert (again.headers["etag"], again.content) == (first.headers["etag"], first.content)
    assert len({one.headers["etag"] for one in (first, other, as_csv)}) == 3

    async def fail(*_: object, **__: object) -> None:
        raise AssertionError("a known answer is not counted again")

    with monkeypatch.context() as patched:
        patched.setattr(numbers, "read_sums", fail)
        known = await api.get(f"{METRIC}/reached", headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])

    async with analytics.begin() as session:
        await session.execute(
            text(
                "INSERT INTO inbox_offsets (group_name, topic, partition, next_offset) VALUES ('analytics.projector', 't', 0, 7)"
            )
        )
    changed = await api.get(f"{METRIC}/reached", headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.headers["etag"] == first.headers["etag"]) == (200, False)


async def test_rows_are_exported_in_every_form(api: httpx.AsyncClient, analytics: Sessions, tmp_path: Path) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted", via="linkedin"), history.fact("contacted", "ben", 40, via="referral"))
    parameters = {
        "group_by": "via",
        "limit": "10000",
        "compare": "before",
        "from": str(written(at(30))),
        "to": str(written(at(60))),
    }

    rows = (await api.get(f"{METRIC}/outcomes", params=parameters)).json()["rows"]
    as_csv = await api.get(f"{METRIC}/outcomes", params=parameters, headers={"Accept": "text/csv"})
    as_lines = await api.get(f"{METRIC}/outcomes", params=parameters, headers={"Accept": "application/jsonl"})
    as_parquet = await api.get(f"{METRIC}/outcomes", params=parameters, headers={"Accept": "application/vnd.apache.parquet"})

    flat = [
        row["key"]
        | {name: row[name] for name in ("value", "n", "low", "high", "small", "too_young", "mature")}
        | {f"before_{name}": None if row["before"] is None else row["before"][name] for name in ("value", "n")}
        for row in rows
    ]
    assert {row["before_value"] for row in flat} == {None, 0.0, 1.0} or len(flat) == 6
    assert read_parquet(tmp_path, as_parquet.content) == flat
    cells = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert [list(one.values()) for one in cells] == [[str(safe_cell(value)) for value in row.values()] for row in flat]
    assert list(map(json.loads, as_lines.text.splitlines())) == rows
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert as_parquet.headers["content-disposition"] == 'attachment; filename="outcomes.parquet"'


@pytest.mark.parametrize("path", ["funnel", "funnel?group_by=via", "positions/ats:staff/funnel"])
async def test_funnels_are_exported_in_every_form_a_row_a_number(
    api: httpx.AsyncClient, analytics: Sessions, tmp_path: Path, path: str
) -> None:
    history = History()
    events = [history.fact("contacted", via="linkedin"), history.fact("responded", days=1), history.fact("contacted", "ben", 2)]
    await deliver(analytics, *events, history.fact("declined", "ben", 3, reason="salary"))
    body = (await api.get(f"/v1/analytics/{path}")).json()

    async def exported(kind: str) -> httpx.Response:
        answer = await api.get(f"/v1/analytics/{path}", headers={"Accept": kind})
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)
        return answer

    lines = [json.loads(line) for line in (await exported("application/jsonl")).text.splitlines()]
    as_parquet = read_parquet(tmp_path, (await exported("application/vnd.apache.parquet")).content)
    as_csv = list(csv.DictReader(io.StringIO((await exported("text/csv")).text)))

    groups = body.get("groups", [body])
    for group in groups:
        mine = [one for one in lines if list(one["key"].values()) == ([group["key"]] if "key" in group else [])]
        found = {(one["metric"], one["of"]): one["value"] for one in mine}
        assert {stage: found["reached", stage] for stage in ("contacted", "responded")} == {
            stage["stage"]: stage["reached"] for stage in group["stages"] if stage["stage"] in {"contacted", "responded"}
        }
        assert (found["unanswered", None], found["outcomes", "soft_no"]) == (group["unanswered"], group["outcomes"]["soft_no"])
        assert {of: value for (metric, of), value in found.items() if metric == "declines"} == group["declines"]
        assert len(found) == len(mine) > 45
    assert [{**one.pop("key"), **one} for one in lines] == as_parquet
    assert [row["value"] for row in as_csv] == ["" if one["value"] is None else str(one["value"]) for one in lines]
    tag = (await exported("text/csv")).headers["etag"]
    known = await api.get(f"/v1/analytics/{path}", headers={"Accept": "text/csv", "If-None-Match": tag})
    other = await api.get(f"/v1/analytics/{path}", headers={"If-None-Match": tag})
    assert (known.status_code, other.status_code) == (304, 200)


async def test_a_number_opens_into_its_attempts(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(
        analytics,
        *[history.fact("contacted", f"p{n}", n, recruiter="maria") for n in range(5)],
        history.fact("hired", "p0", 9),
        history.fact("declined", "p1", 9, reason="salary"),
        history.fact("contacted", "p1", 12),
        history.fact("hired", "p1", 15),
    )

    hired = (await api.get(f"{METRIC}/reached/members", params={"key": "hired", "recruiter": "maria"})).json()["items"]
    returned = (await api.get(f"{METRIC}/hired_on_return/members")).json()["items"]
    salary = (await api.get(f"{METRIC}/declines/members", params={"key": "salary"})).json()["items"]
    none = (await api.get(f"{METRIC}/declines/members", params={"key": "sal"})).json()["items"]

    assert [one["person_id"] for one in hired] == [str(person("p0"))]
    assert [(one["person_id"], one["attempt"]) for one in returned] == [(str(person("p1")), 2)]
    assert [(one["attempt"], one["adds"]) for one in salary] == [(1, [{"measure": "declines.salary", "at": written(at(9))}])]
    assert none == []
    assert hired[0]["position_id"] == str(position_id(POSITION))
    assert hired[0]["timeline"] == f"/v1/timelines/{person('p0')}"


async def test_members_come_in_pages_and_are_as_many_as_the_number_says(
    api: httpx.AsyncClient, analytics: Sessions, tmp_path: Path
) -> None:
    await deliver(analytics, *year(5, 60), now=NOW)
    span = {"from": "2026-04-01", "to": "2026-09-30"}
    for metric, key in (("outcomes", "soft_no"), ("interest", "interested"), ("unanswered", None), ("returned", None)):
        for view in ("cohort", "activity"):
            asked: dict[str, Any] = {"view": view, **span}
            rows = (await api.get(f"{METRIC}/{metric}", params=asked)).json()["rows"]
            (expected,) = [row["n"] for row in rows if key in {None, *row["key"].values()}]
            asked |= {} if key is None else {"key": key}
            everything = await api.get(f"{METRIC}/{metric}/members", params=asked, headers={"Accept": "application/jsonl"})
            found: list[tuple[str, str, int]] = []
            cursor: dict[str, str] = {}
            while True:
                page = (await api.get(f"{METRIC}/{metric}/members", params={**asked, **cursor, "limit": "7"})).json()
                found += [(one["person_id"], one["position_id"], one["attempt"]) for one in page["items"]]
                if page["next_cursor"] is None:
                    break
                cursor = {"cursor": page["next_cursor"]}
            assert len(found) == len(set(found)) == expected == len(everything.text.splitlines()), (metric, view)
            as_parquet = await api.get(
                f"{METRIC}/{metric}/members", params=asked, headers={"Accept": "application/vnd.apache.parquet"}
            )
            table = read_parquet(tmp_path, as_parquet.content)
            lines = list(map(json.loads, everything.text.splitlines()))
            assert [{**row, "cohort_at": written(row["cohort_at"]), "adds": json.loads(row["adds"])} for row in table] == lines
    other = await api.get(f"{METRIC}/reached/members", params={"limit": "1"})
    refused = await api.get(f"{METRIC}/recorded/members", params={"cursor": other.json()["next_cursor"]})
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:rekindle:problem:invalid_cursor")


@pytest.mark.parametrize(("metric", "kind"), [("reached", "application/jsonl"), ("people", "text/csv")])
async def test_an_export_is_of_one_state_and_goes_on_behind_a_row(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch, metric: str, kind: str
) -> None:
    """While it is read, half of the contacts are retracted and those people erased: what is sent is from before."""
    monkeypatch.setattr(members, "STREAMED_AT_ONCE", 3)
    history, people = History(), [f"p{n}" for n in range(12)]
    await deliver(analytics, *(history.known(who) for who in people), *(history.fact("contacted", who) for who in people))
    path = f"{METRIC}/{metric}/members"
    asked = {"key": "contacted"} if metric == "reached" else {}
    before = (await api.get(path, params=asked, headers={"Accept": kind})).text.splitlines()
    fetched: list[int] = []
    convert = members._member if metric == "reached" else members._item

    def changing(row: Any) -> Any:
        fetched.append(1)
        return convert(row)

    async def change() -> None:
        gone = {"type": "rekindle.pursuit.contacted", "position": POSITION}
        await deliver(analytics, *(history.fact("event.retracted", who, 1, **gone) for who in people[:6]))
        await deliver(analytics, *(history.erased(who) for who in people[:6]))

    async def slowly(rows: Any, written_as: Any) -> Any:
        async for some in all_of(rows, written_as):
            yield some
            if len(fetched) == 3:
                await change()

    all_of = members._all_of
    monkeypatch.setattr(members, "_member" if metric == "reached" else "_item", changing)
    monkeypatch.setattr(members, "_all_of", slowly)
    whole = (await api.get(path, params=asked, headers={"Accept": kind})).text.splitlines()
    assert whole == before
    assert len(fetched) == 12

    monkeypatch.setattr(members, "_all_of", all_of)
    now = (await api.get(path, params=asked, headers={"Accept": kind})).text.splitlines()
    assert len(now) == len(before) - 6
    row = json.loads(now[3]) if kind == "application/jsonl" else dict(zip(now[0].split(","), now[3].split(","), strict=False))
    names = ("person_id", "position_id", "attempt") if metric == "reached" else ("person_id", "item_id")
    behind = ",".join(str(row[name]) for name in names)
    rest = (await api.get(path, params=asked | {"behind": behind}, headers={"Accept": kind})).text.splitlines()
    assert rest[kind == "text/csv" :] == now[4:]
    for nowhere in ("nobody", f"{behind},7,7,7", f"{row['person_id']},{row['person_id']},{10**40}"):
        refused = await api.get(path, params=asked | {"behind": nowhere}, headers={"Accept": kind})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "behind")


async def test_a_look_back_folds_only_what_has_changed_since(
    api: httpx.AsyncClient, analytics: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History()
    settled = [history.fact(kind, f"old-{n}", n / 10) for n in range(20) for kind in ("contacted", "withdrawn")]
    await deliver(analytics, *settled, history.fact("contacted", "ada", 1), history.fact("responded", "ada", 50), now=NOW)
    folded: list[int] = []

    def counting(keys: Any, *rest: Any, **named: Any) -> Any:
        folded.append(len(keys))
        return fold_again(keys, *rest, **named)

    monkeypatch.setattr(look_back, "fold_again", counting)
    until = written(at(20))
    rows = (await api.get(f"{METRIC}/unanswered", params={"until": str(until)})).json()["rows"]

    assert (rows[0]["value"], sum(folded)) == (21, 1)
    assert NOW - at(20) > timedelta(days=30)


def read_parquet(folder: Path, content: bytes) -> list[dict[str, Any]]:
    """The rows of a Parquet file, read by DuckDB; times in UTC."""
    (folder / "rows.parquet").write_bytes(content)
    found = duckdb.read_parquet(str(folder / "rows.parquet"))
    return [
        {
            name: value.astimezone(UTC) if isinstance(value, datetime) else value
            for name, value in zip(found.columns, row, strict=True)
        }
        for row in found.fetchall()
    ]
