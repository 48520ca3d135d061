"""What recruiters have done: learnt what moves people; and this morning, with the queue: taken, put off, taken out, waived."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from rekindle.demo.story import INSIGHTS, written

PATIENCE_SECONDS = 60
SHIFT_SECONDS = 6 * 3600


class Calls(Protocol):
    """The API of a running stack."""

    def call(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        """Send a request; the body of the answer, which was a success."""


def work(api: Calls, afters: dict[str, str], began: datetime) -> None:
    """Wait until everything posted has its effect, then work. Doing it again takes nothing away: it stops where it is done."""
    _record_insights(api, began)
    api.call("POST", "/v1/events/wait", {"after": list(afters.values()), "wait": PATIENCE_SECONDS})
    if api.call("GET", "/v1/queue/counts")["claimed"]:
        return
    _waive_one(api)
    items = _claim(api, "tom", 4)
    if items:
        api.call("POST", f"/v1/queue/{items[0]['id']}/completion", _held(items[0]) | {"outcome": "wrong_time"})
    _claim(api, "maria", 2)
    for days, item in zip((5, 12, 30), _claim(api, "aisha", 4), strict=False):
        until = {"until": written(began + timedelta(days=days))}
        api.call("POST", f"/v1/queue/{item['id']}/snooze", _held(item) | until)
    for item in _claim(api, "jonas", 1):
        reason = {"reason": "Works with a partner of ours, whom we do not approach."}
        api.call("POST", f"/v1/queue/{item['id']}/dismissal", _held(item) | reason)


def _claim(api: Calls, recruiter: str, limit: int) -> list[dict[str, Any]]:
    claim = {"recruiter": recruiter, "limit": limit, "lease_seconds": SHIFT_SECONDS}
    items: list[dict[str, Any]] = api.call("POST", "/v1/queue/claims", claim)["items"]
    return items


def _held(item: dict[str, Any]) -> dict[str, Any]:
    return {"lease": item["lease"]}


def _waive_one(api: Calls) -> None:
    owed = api.call("GET", "/v1/obligations?candidate=demo:ruth&status=overdue")["items"]
    for one in owed[:1]:
        waiver = {"recruiter": "maria", "reason": "She took a job last week and told us on the phone."}
        api.call("POST", f"/v1/obligations/{one['id']}/waiver", waiver)


def _record_insights(api: Calls, began: datetime) -> None:
    for days, person, insight in INSIGHTS:
        path, at = f"/v1/candidates/demo:{person}/insights", {"observed_at": written(began - timedelta(days=days))}
        if insight["text"] not in {one["text"] for one in api.call("GET", path)["items"]}:
            api.call("POST", path, {**insight, **at})
