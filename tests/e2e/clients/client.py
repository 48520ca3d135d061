"""A program on the client that openapi-python-client makes of our document: the story of one person, from outside."""

import os
import sys
import time
from datetime import UTC, datetime

from rekindle_client import AuthenticatedClient
from rekindle_client.api.analytics import get_position_funnel
from rekindle_client.api.candidates import get_candidate, patch_candidate
from rekindle_client.api.events import post_events
from rekindle_client.api.positions import patch_position
from rekindle_client.api.queue import claim_queue_items, list_queue_items
from rekindle_client.models import (
    Candidate,
    CandidatePatch,
    Channel,
    ClaimedQueueItems,
    EventBatchResult,
    Level,
    PositionFunnel,
    PositionPatch,
    PositionStatus,
    Problem,
    PursuitContacted,
    PursuitContactedEvent,
    PursuitDeclined,
    PursuitDeclinedEvent,
    QueueClaim,
    QueuePage,
    Reason,
)

POSITION, PERSON = "python:position", "python:person"

client = AuthenticatedClient(base_url=os.environ["REKINDLE_URL"], token=os.environ["REKINDLE_TOKEN"], timeout=60)

patch_position.sync(POSITION, client=client, body=PositionPatch(title="Engineer", status=PositionStatus.OPEN))
patch_candidate.sync(PERSON, client=client, body=CandidatePatch(name="Ada Byron", level=Level.SENIOR, skills=["python"]))
person = get_candidate.sync(PERSON, client=client)
assert isinstance(person, Candidate), person
assert (person.name, person.level, person.skills) == ("Ada Byron", Level.SENIOR, ["python"])

posted = post_events.sync(
    client=client,
    body=[
        PursuitContactedEvent(
            source="python", id="1", type_="rekindle.pursuit.contacted", subject=PERSON,
            time=datetime(2025, 3, 2, 9, 15, tzinfo=UTC),
            data=PursuitContacted(position=POSITION, channel=Channel.EMAIL, recruiter="maria"),
        ),
        PursuitDeclinedEvent(
            source="python", id="2", type_="rekindle.pursuit.declined", subject=PERSON,
            time=datetime(2025, 3, 9, tzinfo=UTC),
            data=PursuitDeclined(position=POSITION, reason=Reason.TIMING),
        ),
    ],
)  # fmt: skip
assert isinstance(posted, EventBatchResult), posted
after = posted.items[-1].after
assert isinstance(after, str)

funnel = get_position_funnel.sync(POSITION, client=client, after=after, wait=30)
assert isinstance(funnel, PositionFunnel), funnel
assert {stage.stage: stage.reached for stage in funnel.stages}["contacted"] == 1
assert funnel.declines.additional_properties == {"timing": 1}

queue = list_queue_items.sync(client=client, position=POSITION, after=after, wait=30)
assert isinstance(queue, QueuePage), queue
assert [item.references for item in queue.items] == [[PERSON]]
claimed, deadline = None, time.monotonic() + 30
while not claimed and time.monotonic() < deadline:  # a person whose item is derived anew at that moment is passed over
    given = claim_queue_items.sync(client=client, body=QueueClaim(recruiter="maria", position=POSITION))
    assert isinstance(given, ClaimedQueueItems), given
    claimed = given.items
assert claimed
assert claimed[0].lease

nobody = get_candidate.sync("python:nobody", client=client)
assert isinstance(nobody, Problem), nobody
assert (nobody.status, nobody.code) == (404, "candidate_unknown")
sys.stdout.write("done\n")
