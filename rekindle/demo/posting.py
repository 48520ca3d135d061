"""Posting the demo over HTTP the way an ATS does: positions, people, what happened; then what recruiters did this morning.

Times count from the first time it was posted to a data folder, so that the same events are the same for ever: whoever is
interrupted posts it again, and nothing counts twice.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rekindle.embedded.folder import DataFolder

REQUEST_SECONDS = 60.0
EDITION = 2
"""What is posted to a folder is of one edition, whatever Rekindle makes of the demo later."""
EVENTS_AT_ONCE = 500


class DemoFailed(Exception):
    """The demo was not taken; says what was answered."""


def post_demo(url: str, token: str, folder: DataFolder) -> str:
    """Post the demo, once to a data folder, and return one line that says what came of it. Raises DemoFailed."""
    held = folder.recall("demo")
    if held and (held.get("edition") != EDITION or held.get("is_posted")):
        return "the demo is there already"
    held = folder.remember("demo", {"edition": EDITION, "began": datetime.now(UTC).isoformat()})
    from rekindle.demo.content import content_of  # only who posts it pays for the making
    from rekindle.demo.desk import work
    from rekindle.demo.positions import RECRUITERS
    from rekindle.demo.story import reviewed

    began = datetime.fromisoformat(held["began"])
    content, api = content_of(began), Api(url, token)
    for code, entry in RECRUITERS.items():
        api.call("PUT", f"/v1/recruiters/{code}", entry)
    for reference, record in content.positions:
        api.call("PATCH", f"/v1/positions/{reference}", record)
    # An attribute that this deployment does not record is left out.
    afters = api.post("/v1/candidates/batch?on_invalid=skip", content.records)
    afters |= api.post("/v1/candidates/batch?on_invalid=skip", content.later)
    reviews = held.get("reviews") or [api.call("POST", "/v1/message-reviews", one)["id"] for one in reviewed()]
    folder.remember("demo", {"reviews": reviews})
    for one in content.events:
        if "sent" in one["data"]:
            one["data"]["message"] = reviews[one["data"].pop("sent")]
    for chunk in _chunks(content.events):
        afters |= api.post("/v1/events", chunk)
    afters |= api.post("/v1/events", content.late)
    for reference, change in content.changes:
        api.call("PATCH", f"/v1/positions/{reference}", change)
    work(api, afters, began)
    folder.remember("demo", {"is_posted": True})
    facts = len(content.events) + len(content.late)
    return f"posted the demo: {len(content.positions)} positions, {len(content.records)} candidates, {facts} events"


def _chunks(events: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (events[begin : begin + EVENTS_AT_ONCE] for begin in range(0, len(events), EVENTS_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Api:
    """The API of a running stack."""

    url: str
    token: str

    def post(self, path: str, items: list[dict[str, Any]]) -> dict[str, str]:
        """Post a batch; returns the newest ``after`` of each stream. Raises DemoFailed for an item that was refused."""
        afters: dict[str, str] = {}
        for item in self.call("POST", path, items)["items"]:
            if item["status"] not in {200, 201}:
                raise DemoFailed(f"item {item['index']} of {path} was answered {item['status']}: {item.get('problem')}")
            afters[item["after"].rpartition(":")[0]] = item["after"]
        return afters

    def call(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        """Send a request; the body of the answer, which was a success. Raises DemoFailed."""
        request = urllib.request.Request(  # noqa: S310 - the address is our own gateway's
            f"{self.url}{path}",
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=REQUEST_SECONDS) as answer:
                read: dict[str, Any] = json.load(answer)
                return read
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:500]
            raise DemoFailed(f"{method} {path} was answered {error.code}: {said}") from error
        except (OSError, ValueError) as error:
            raise DemoFailed(f"{method} {path} was not answered: {error}") from error
