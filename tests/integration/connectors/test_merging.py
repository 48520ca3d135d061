"""Merges and deletions end alike in any order: the vendor sends both for one merge, and retries each for hours."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.connectors.rekindle_api import RekindleApi
from services.connectors.storage import deliveries
from services.connectors.use_cases.retry_postings import retry_postings
from shared.db.engine import Sessions
from tests.integration.connectors.conftest import RecordingApi
from tests.integration.connectors.sender import Sender
from tests.unit.connectors.greenhouse_bodies import application, raw


def of(candidate: int) -> bytes:
    return application("new_candidate_application", id=100 + candidate, candidate_id=candidate)


def merge(candidate: int, into: int) -> bytes:
    return raw("merge_candidate", {"person": {"id": candidate, "first_name": "Ada", "new_candidate_id": into}})


def deletion(candidate: int, *applications: int) -> bytes:
    person = {"id": candidate, "first_name": "Ada", "deleted_application_ids": list(applications)}
    return raw("delete_candidate", {"person": person})


CASES: dict[str, tuple[list[bytes], set[int], set[int]]] = {
    "a merge that sends a deletion": ([of(1), of(2), merge(1, 2), deletion(1)], set(), {1, 2}),
    "the duplicate deleted with its applications": ([of(2), merge(1, 2), deletion(1, 101)], {1}, {2}),
    "the survivor deleted": ([of(1), merge(1, 2), deletion(2, 102)], {1, 2}, {1}),
    "a chain whose middle is deleted": ([merge(1, 2), merge(2, 3), deletion(2, 102)], {1, 2}, {3}),
    "a chain whose first sends a deletion": ([merge(1, 2), merge(2, 3), deletion(1)], set(), {1, 2, 3}),
}
"""Bodies; who is erased in the end; who is one person with the first of these, in the API."""


@pytest.mark.parametrize("case", CASES)
async def test_any_order_ends_alike(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi, case: str
) -> None:
    bodies, erased, together = CASES[case]
    for number, order in enumerate(permutations(bodies)):
        base = 1000 * (number + 1)
        sent = [_renumbered(body, base) for body in order]
        for body in sent:
            assert (await greenhouse.send(body)).status_code == 200
        while await retry_postings(connectors, api, clock=lambda: datetime.now(UTC) + timedelta(days=1)):
            pass

        mine = {f"greenhouse:{base + one}" for one in (1, 2, 3)}
        assert recorded.erased & mine == {f"greenhouse:{base + one}" for one in erased}, sent
        if not erased:
            assert recorded.person(f"greenhouse:{base + min(together)}") == {f"greenhouse:{base + one}" for one in together}, sent
    async with connectors.begin() as session:
        assert (await deliveries.count_by_status(session)).keys() <= {"applied", "not_mapped"}


def _renumbered(body: bytes, base: int) -> bytes:
    """The body with ids of its own: candidates and applications are those of the case above ``base``."""
    for one in (1, 2, 3):
        for key in (b"id", b"new_candidate_id"):
            body = body.replace(b'"%s": %d,' % (key, one), b'"%s": %d,' % (key, base + one))
            body = body.replace(b'"%s": %d}' % (key, one), b'"%s": %d}' % (key, base + one))
        body = body.replace(b"10%d" % one, b"%d" % (base + 100 + one))
    return body


async def test_a_deletion_without_applications_waits_for_its_merge(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    waiting: dict[str, Any] = (await greenhouse.send(deletion(1))).json()

    assert (waiting["status"], recorded.erasures) == ("waiting", [])
    assert "unless it comes" in waiting["reason"]
    assert await retry_postings(connectors, api, clock=lambda: datetime.now(UTC) + timedelta(minutes=9)) == 0
    await retry_postings(connectors, api, clock=lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert recorded.erasures == ["greenhouse:1"]
    late = (await greenhouse.send(of(1))).json()
    assert (late["status"], late["reason"]) == ("not_mapped", "the candidate is erased")


async def test_a_deletion_with_applications_is_an_erasure_at_once(greenhouse: Sender, recorded: RecordingApi) -> None:
    assert (await greenhouse.send(deletion(1, 7))).json()["status"] == "applied"
    assert recorded.erasures == ["greenhouse:1"]
