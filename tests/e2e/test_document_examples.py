"""The first example of every operation, sent as it stands to the demo, succeeds; and so does that of every event type."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rekindle.demo.posting import post_demo
from rekindle.embedded.stack import Stack
from shared.web.openapi import operations

NOT_AS_IT_STANDS = {
    "eraseCandidate": "it would erase a person of the demo for good",
    "getErasure": "needs the id of an erasure",
    "confirmErasure": "needs the id of an erasure",
    "getImport": "needs the id of an import",
    "listImportRows": "needs the id of an import",
    "pauseImport": "needs the id of an import",
    "undoImport": "needs the id of an import",
    "resumeImport": "needs the id of an import",
    "getCleansingAction": "needs the id of an action",
    "undoCleansingAction": "needs the id of an action",
    "getReferral": "needs the id of a referral",
    "noteThanks": "needs the id of a referral",
    "getSuspectedDuplicate": "needs the id of a pair",
    "mergeDuplicate": "needs the id of a pair",
    "sayNotTheSame": "needs the id of a pair",
    "takeBackNotTheSame": "needs the id of a pair",
    "getPool": "needs the id of a pool",
    "changePool": "needs the id of a pool",
    "deletePool": "needs the id of a pool",
    "listPoolMembers": "needs the id of a pool",
    "putPoolMember": "needs the id of a pool",
    "takeBackPoolMember": "needs the id of a pool",
    "getFile": "needs the id of a file",
    "removeFile": "needs the id of a file",
    "getQueueItem": "needs the id of an item",
    "completeQueueItem": "needs the lease of a claim",
    "renewQueueLease": "needs the lease of a claim",
    "snoozeQueueItem": "needs the lease of a claim",
    "dismissQueueItem": "needs the lease of a claim",
    "restoreQueueItem": "needs the lease of a claim",
    "waiveObligation": "needs the id of an obligation",
    "releaseContactReservation": "needs the id of a reservation",
    "showUnsubscribePage": "needs a signed link",
    "unsubscribeByLink": "needs a signed link",
    "receiveGreenhouseDelivery": "needs a signature of the body",
    "getGreenhouseDelivery": "needs the id of a delivery",
    "getToken": "needs the id of a token",
    "revokeToken": "needs the id of a token",
    "rotateToken": "needs the id of a token",
    "replayCandidatesDeadLetter": "needs the number of a dead letter",
    "discardCandidatesDeadLetter": "needs the number of a dead letter",
    "replayEngagementDeadLetter": "needs the number of a dead letter",
    "discardEngagementDeadLetter": "needs the number of a dead letter",
    "replayAnalyticsDeadLetter": "needs the number of a dead letter",
    "discardAnalyticsDeadLetter": "needs the number of a dead letter",
    "revokePresentedToken": "needs a token to end",
}
"""What needs something of another answer, or destroys. Anything else has an example that works."""

Document = dict[str, Any]


@pytest.fixture(scope="module")
async def document(stack: Stack, api: httpx.AsyncClient) -> Document:
    """The document of the running system, which has its demo."""
    await asyncio.to_thread(post_demo, stack.url, stack.token, stack.folder)
    read: Document = (await api.get("/openapi.json")).raise_for_status().json()
    return read


def first_of(described: Document) -> Any:
    """The first example of a parameter or a body; KeyError where there is none."""
    examples = described.get("examples", described.get("schema", {}).get("examples"))
    if isinstance(examples, dict):
        return next(iter(examples.values()))["value"]
    return examples[0] if examples else described["example"]


async def send(api: httpx.AsyncClient, path: str, method: str, operation: Document, query: dict[str, Any]) -> httpx.Response:
    """Send an operation with its first examples."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(str(first_of(parameter)), safe=""))
    content = operation.get("requestBody", {}).get("content", {})
    return await api.request(method, path, params=query, **_body(content))


def _body(content: Document) -> dict[str, Any]:
    """The first example of a body, as JSON or with a file."""
    if "multipart/form-data" in content:
        fields = first_of(content["multipart/form-data"])
        file = fields["file"].encode()
        return {"files": {"file": ("people.csv", file)}, "data": {name: one for name, one in fields.items() if name != "file"}}
    return {"json": first_of(content["application/json"])} if content else {}


def has_example(parameter: Document) -> bool:
    return "examples" in parameter or "example" in parameter or "examples" in parameter["schema"]


async def test_the_first_example_of_every_operation_succeeds(api: httpx.AsyncClient, document: Document) -> None:
    ids = {operation["operationId"] for _, _, operation in operations(document)}
    assert set(NOT_AS_IT_STANDS) <= ids, "an exception for what is no more"

    failed = []
    for path, method, operation in operations(document):
        if operation["operationId"] in NOT_AS_IT_STANDS:
            continue
        in_query = [one for one in operation.get("parameters", []) if one["in"] == "query" and has_example(one)]
        required = {one["name"]: first_of(one) for one in in_query if one.get("required")}
        for query in [required, *(required | {one["name"]: first_of(one)} for one in in_query)]:
            answer = await send(api, path, method, operation, query)
            refused = [item for item in _items(answer) if isinstance(item, dict) and item.get("problem")]
            if not answer.is_success or refused:
                failed.append(f"{method} {path} {query}: {answer.status_code} {answer.text[:300]}")

    assert failed == [], "mend the example, or say in NOT_AS_IT_STANDS why it cannot be sent as it stands"


def _items(answer: httpx.Response) -> list[Any]:
    body = answer.json() if answer.status_code == 207 else {}
    return list(body.get("items", []))


async def test_the_example_of_every_event_type_is_stored(api: httpx.AsyncClient, document: Document) -> None:
    schemas = document["components"]["schemas"]
    types = [schemas[one["$ref"].rpartition("/")[2]] for one in schemas["Event"]["oneOf"]]
    assert len(types) > 35

    answer = await api.post("/v1/events", json=[one["examples"][0] for one in types])

    assert answer.status_code == 207
    assert [item["problem"] for item in answer.json()["items"] if "problem" in item] == []
