"""How the connectors read the public API's answers, and what they try again."""

from collections.abc import Callable

import httpx
import pytest

from services.connectors.rekindle_api import Answer, ApiOutcome, RekindleApi

Handler = Callable[[httpx.Request], httpx.Response]


def api(handler: Handler) -> RekindleApi:
    client = httpx.AsyncClient(base_url="http://api", transport=httpx.MockTransport(handler))
    return RekindleApi(client, attempts=3, wait_seconds=0.001)


def always(status: int, content: object = None) -> Handler:
    return lambda _request: httpx.Response(status, json=content)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, ApiOutcome.DONE),
        (201, ApiOutcome.DONE),
        (400, ApiOutcome.REFUSED),
        (401, ApiOutcome.LATER),
        (403, ApiOutcome.LATER),
        (404, ApiOutcome.LATER),
        (409, ApiOutcome.REFUSED),
        (410, ApiOutcome.ERASED),
        (422, ApiOutcome.REFUSED),
        (429, ApiOutcome.LATER),
        (500, ApiOutcome.LATER),
        (503, ApiOutcome.LATER),
    ],
)
async def test_a_status_says_whether_to_try_again(status: int, outcome: ApiOutcome) -> None:
    answer = await api(always(status, {"detail": "so"})).patch_position("greenhouse:1", {})

    assert answer.outcome is outcome


async def test_a_reference_is_one_part_of_the_path() -> None:
    paths: list[bytes] = []

    def note(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200)

    await api(note).patch_position("greenhouse:a/b?[1]", {})

    assert paths == [b"/v1/positions/greenhouse%3Aa%2Fb%3F%5B1%5D?on_invalid=skip"]


async def test_what_passes_is_tried_again() -> None:
    answers = iter([httpx.Response(503), httpx.Response(429), httpx.Response(201, json={"after": "x:1"})])

    assert await api(lambda _request: next(answers)).patch_position("greenhouse:1", {}) == Answer(ApiOutcome.DONE, after="x:1")


async def test_an_api_that_is_away_is_for_later() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    answer = await api(refuse).erase("greenhouse:1", "key")

    assert (answer.outcome, answer.detail) == (ApiOutcome.LATER, "the API does not answer: ConnectError")


async def test_each_event_of_a_batch_has_its_answer() -> None:
    items = [
        {"index": 0, "status": 201, "after": "a:1"},
        {"index": 1, "status": 422, "problem": {"detail": "no", "errors": [{"field": "data.reason", "rule": "must"}]}},
        {"index": 2, "status": 410, "problem": {"detail": "erased"}},
        {"index": 3, "status": 503},
    ]

    answers = await api(always(207, {"items": items})).post_events([{}, {}, {}, {}])

    assert [answer.outcome for answer in answers] == [ApiOutcome.DONE, ApiOutcome.REFUSED, ApiOutcome.ERASED, ApiOutcome.LATER]
    assert (answers[0].after, answers[1].detail) == ("a:1", "no")


@pytest.mark.parametrize("status", [200, 207])
@pytest.mark.parametrize("content", [None, [], "x", {"items": 5}, {"items": []}, {"items": [5, 5]}])
async def test_a_batch_that_is_not_understood_is_not_taken_for_done(status: int, content: object) -> None:
    answers = await api(always(status, content)).post_events([{}])

    assert [answer.outcome for answer in answers] == [ApiOutcome.LATER]


async def test_several_records_go_in_one_call_and_what_was_left_out_is_named() -> None:
    paths: list[bytes] = []
    refused = [{"field": "phones[0]", "rule": "must be a telephone number"}]

    def note(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(207, json={"items": [{"status": 201, "refused": refused}, {"status": 410}]})

    answers = await api(note).patch_candidates([("greenhouse:1", {"phones": ["x"]}), ("greenhouse:2", {})])

    assert paths == [b"/v1/candidates/batch?on_invalid=skip"]
    assert answers[0] == Answer(ApiOutcome.DONE, "left out: phones[0] must be a telephone number")
    assert answers[1].outcome is ApiOutcome.ERASED
