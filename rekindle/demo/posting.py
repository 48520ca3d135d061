"""Posting the demo over HTTP the way an ATS does: positions, people, what happened; then what recruiters did this morning.

Times count from the first time it was posted to a data folder, so that the same events are the same for ever: whoever is
interrupted posts it again, and nothing counts twice.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rekindle.embedded.folder import DataFolder

REQUEST_SECONDS = 60.0
EDITION = 3
"""What is posted to a folder is of one edition, whatever Rekindle makes of the demo later."""
EVENTS_AT_ONCE = 500
_BOUNDARY = "a-resume-of-the-demo"


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
    from rekindle.demo.resumes import resumes
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
    taken = [api.upload("/v1/imports", {"source": "resume"}, one)["id"] for one in resumes()]
    work(api, afters, began)
    for one in taken:
        api.finish(f"/v1/imports/{one}")
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
        return self._send(method, path, None if content is None else json.dumps(content).encode(), "application/json")

    def upload(self, path: str, fields: Mapping[str, str], file: bytes) -> dict[str, Any]:
        """Send a file as a form; the body of the answer. Raises DemoFailed."""
        said = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        head = f'{said}--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="resume"\r\n\r\n'
        form = head.encode() + file + f"\r\n--{_BOUNDARY}--\r\n".encode()
        return self._send("POST", path, form, f"multipart/form-data; boundary={_BOUNDARY}")

    def finish(self, path: str) -> None:
        """Wait until an import is worked off. Raises DemoFailed when it takes too long."""
        until = time.monotonic() + REQUEST_SECONDS
        while self.call("GET", path)["status"] == "running":
            if time.monotonic() > until:
                raise DemoFailed(f"{path} is still running after {REQUEST_SECONDS:.0f} s")
            time.sleep(0.1)

    def _send(self, method: str, path: str, content: bytes | None, kind: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is our own gateway's
            f"{self.url}{path}",
            data=content,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind},
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
