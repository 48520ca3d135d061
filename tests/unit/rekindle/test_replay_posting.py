"""A replay posts every row once, however often the API is busy or away, and says what became of each."""

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.replay.answers import CAUSES, OTHER, Outcome
from rekindle.replay.checking import Checker
from rekindle.replay.mapping_file import read_mapping
from rekindle.replay.posting import FIRST_PATIENCE_SECONDS, MOST_AWAITED, PATIENCE_SECONDS, NotTaken, Poster
from rekindle.replay.replaying import replay
from rekindle.replay.rows import Log, UnreadableLog

SHIPPED = Path(__file__).parents[3] / "rekindle/replay/mappings/hiring_log.toml"


class Api:
    """An API that remembers what it was given; ``first`` are answers before it gives its own."""

    def __init__(self, first: Iterable[httpx.Response | Exception] = ()) -> None:
        self.first = list(first)
        self.held: dict[str, dict[str, Any]] = {}
        self.batches: list[int] = []
        self.pauses: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.first:
            answer = self.first.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        events = json.loads(request.content)
        self.batches.append(len(events))
        return httpx.Response(207, json={"items": [self._item(index, event) for index, event in enumerate(events)]})

    def _item(self, index: int, event: dict[str, Any]) -> dict[str, Any]:
        known = self.held.setdefault(event["id"], event)
        if known != event:
            return {"index": index, "status": 409, "problem": {"detail": "other content"}}
        status = 200 if known is not event else 201
        return {"index": index, "status": status, "candidate_id": event["subject"], "after": f"{event['subject']}:{index}"}

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def poster(self, *, rate: float | None = None, say: Callable[[str], None] = lambda _: None) -> Poster:
        client = httpx.Client(base_url="http://api", transport=httpx.MockTransport(self))
        return Poster(client, pause=self.pause, clock=lambda: self.now, rate=rate, say=say)


def log_of(path: Path, *lines: str) -> Path:
    file = path / "log.csv"
    file.write_text("event,time,activity,application\n" + "\n".join(lines), encoding="utf-8")
    return file


def run(api: Api, file: Path, *, batch: int = 1000, rate: float | None = None) -> Outcome:
    with closing(Log(file)) as log:
        return replay(log, read_mapping(SHIPPED), api.poster(rate=rate), batch=batch)


APPLIED = [f"{number},2026-03-01T10:00:00Z,submit application,A{number}" for number in range(10)]


def test_every_row_is_counted_as_what_became_of_it(tmp_path: Path) -> None:
    file = log_of(
        tmp_path,
        *APPLIED[:3],
        APPLIED[0],
        "0,2026-03-02T10:00:00Z,submit application,A0",
        "77,2026-03-01T10:00:00Z,assign recruiter,A1",
        "78,2026-03-01T10:00:00Z,send gift,A1",
        "79,never,submit application,A1",
        "80",
    )

    outcome = run(Api(), file)

    assert (outcome.rows, outcome.stored, outcome.duplicates, outcome.invalid) == (9, 3, 1, 3)
    assert outcome.ignored == {"assign recruiter": 1}
    assert outcome.not_mapped == {"send gift": 1}
    assert outcome.facts == {"rekindle.pursuit.applied": 4}
    assert [(one["lines"], one["why"].split(":")[0]) for one in outcome.as_json()["refusals"]] == [
        ([9], "time 'never' is no time in ISO 8601, such as 2026-03-01T10"),
        ([10], "has 1 columns, not 4"),
        ([6], "other content"),
    ]


def test_replaying_again_stores_nothing_new(tmp_path: Path) -> None:
    api, file = Api(), log_of(tmp_path, *APPLIED)

    first, second = run(api, file), run(api, file)

    assert (first.stored, first.duplicates) == (10, 0)
    assert (second.stored, second.duplicates) == (0, 10)


def test_batches_are_no_longer_than_asked(tmp_path: Path) -> None:
    api = Api()

    run(api, log_of(tmp_path, *APPLIED), batch=4)

    assert api.batches == [4, 4, 2]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_api_is_asked_again_after_the_time_it_names(tmp_path: Path, status: int) -> None:
    api = Api([httpx.Response(status, headers={"Retry-After": "7"})])

    outcome = run(api, log_of(tmp_path, *APPLIED))

    assert outcome.stored == 10
    assert api.pauses == [7.0]


@pytest.mark.parametrize("named", ["soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_time_that_says_nothing_or_is_past_does_no_harm(tmp_path: Path, named: str) -> None:
    api = Api([httpx.Response(503, headers={"Retry-After": named})])

    assert run(api, log_of(tmp_path, *APPLIED)).stored == 10
    assert 0 <= api.pauses[0] < 1


def test_a_lost_connection_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    api = Api([httpx.ConnectError("refused")] * 4 + [httpx.ReadTimeout("slow")])

    assert run(api, log_of(tmp_path, *APPLIED)).stored == 10
    assert len(api.pauses) == 5
    assert api.pauses[4] > api.pauses[0]


def test_an_api_that_stays_away_is_given_up_with_advice(tmp_path: Path) -> None:
    api = Api([httpx.Response(503), *[httpx.ConnectError("refused")] * 1000])

    with pytest.raises(NotTaken, match="run the same command again"):
        run(api, log_of(tmp_path, *APPLIED))

    assert FIRST_PATIENCE_SECONDS < api.now <= PATIENCE_SECONDS


def test_an_address_that_never_answered_is_given_up_soon(tmp_path: Path) -> None:
    api = Api([httpx.ConnectError("refused")] * 1000)

    with pytest.raises(NotTaken, match="is --url right"):
        run(api, log_of(tmp_path, *APPLIED))

    assert api.now <= FIRST_PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "--token"), (403, "engagement:write"), (404, "--url"), (422, "answered 422")]
)
def test_a_refusal_of_the_whole_is_no_reason_to_try_again(tmp_path: Path, status: int, advice: str) -> None:
    api = Api([httpx.Response(status, json={"detail": "No."})])

    with pytest.raises(NotTaken, match=advice):
        run(api, log_of(tmp_path, *APPLIED))

    assert api.pauses == []


def test_a_batch_that_is_too_large_for_somebody_on_the_way_is_halved(tmp_path: Path) -> None:
    api = Api([httpx.Response(413)])

    assert run(api, log_of(tmp_path, *APPLIED)).stored == 10
    assert api.batches == [5, 5]


def test_an_event_that_is_too_large_alone_is_refused_alone(tmp_path: Path) -> None:
    api = Api([httpx.Response(413), httpx.Response(413)])

    outcome = run(api, log_of(tmp_path, *APPLIED[:2]))

    assert (outcome.stored, outcome.invalid) == (1, 1)


def test_the_rate_is_kept(tmp_path: Path) -> None:
    api = Api()

    run(api, log_of(tmp_path, *APPLIED), batch=2, rate=2)

    assert api.batches == [2] * 5
    assert api.now == pytest.approx(4.0)


def test_a_log_without_a_column_of_the_mapping_posts_nothing(tmp_path: Path) -> None:
    api, file = Api(), tmp_path / "log.csv"
    file.write_text("event,time,task\n1,2,3\n")

    with pytest.raises(UnreadableLog, match="has no column activity, application"):
        run(api, file)

    assert api.batches == []


def test_bad_lines_are_counted_by_cause_whatever_their_values(tmp_path: Path) -> None:
    unreadable = [f"{number},day {number},submit application,A1" for number in range(1000)]

    outcome = run(Api(), log_of(tmp_path, "bad", *unreadable))

    times, columns = outcome.by_frequency
    assert (times.count, times.lines) == (1000, list(range(3, 13)))
    assert "'day 0' is no time" in times.why
    assert (columns.count, columns.lines) == (1, [2])


def test_there_are_only_so_many_causes(tmp_path: Path) -> None:
    outcome = Outcome()
    for number in range(CAUSES + 5):
        outcome.refuse(number, f"rule {number}")

    assert outcome.invalid == CAUSES + 5
    assert [cause.count for cause in outcome.by_frequency if cause.why == OTHER] == [5]


def test_a_dry_run_says_what_would_be_refused_and_asks_nobody(tmp_path: Path) -> None:
    good = {"source": "log", "id": "1", "type": "rekindle.pursuit.applied", "subject": "log:1", "time": "2026-03-01T10:00:00Z"}
    named = good | {"data": {"position": "log:job", "recruiter": "Maria O'Neil"}}
    ahead = good | {"time": "2199-03-01T10:00:00Z"}

    answers = Checker().post([good, named, ahead, good | {"subject": "log"}])

    assert [one["status"] for one in answers] == [201, 422, 422, 422]
    assert [one["problem"]["errors"][0]["field"] for one in answers[1:]] == ["data.recruiter", "time", "subject"]


def test_waiting_ends_when_funnels_and_queue_show_all_or_says_what_does_not() -> None:
    late, done = httpx.Response(504, json={"missing_count": 3}), httpx.Response(200, json={"counted": 3})
    api = Api([late, done, late, done])

    api.poster().wait(["a:1"], seconds=5)
    assert api.first == []

    for before, who in (([], "analytics"), ([done], "the queue")):
        with pytest.raises(NotTaken, match=f"{who} does not show 3 of"):
            Api([*before, late]).poster().wait(["a:1"], seconds=0)


def test_more_than_one_call_may_name_is_waited_for_in_several() -> None:
    done = httpx.Response(200, json={"counted": 1})
    api = Api([done] * 4)

    api.poster().wait([f"a:{number}" for number in range(MOST_AWAITED + 1)], seconds=5)

    assert api.first == []
