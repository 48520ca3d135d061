"""A small demo, posted over HTTP the way an ATS would: two positions, seven people, what happened between them.

Times count from the first time the demo was posted to a data folder, so that the same events are the same for ever and
posting them again changes nothing.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rekindle.embedded.folder import DataFolder

REQUEST_SECONDS = 20.0

POSITIONS: Mapping[str, Mapping[str, Any]] = {
    "demo:staff-engineer": {
        "title": "Staff engineer, payments",
        "status": "open",
        "sponsor": "acme",
        "level": "staff",
        "skills": ["python", "postgresql", "kafka"],
        "years_experience": 8,
        "requirements": ["Python in production", "Has run a database that mattered"],
        "needs": ["Settlements take two days and must take minutes"],
        "downsides": ["On call one week in six"],
        "remote": True,
        "locations": [{"country": "DE"}],
        "salary": {"min": 95000, "max": 115000, "currency": "EUR"},
    },
    "demo:data-engineer": {
        "title": "Data engineer",
        "status": "open",
        "sponsor": "acme",
        "level": "senior",
        "skills": ["python", "sql", "spark"],
        "years_experience": 5,
        "remote": False,
        "locations": [{"country": "DE", "city": "Berlin"}],
        "salary": {"min": 75000, "max": 90000, "currency": "EUR"},
    },
}

CANDIDATES: Mapping[str, Mapping[str, Any]] = {
    "demo:ada": {
        "name": "Ada Byron",
        "references": ["linkedin:ada-byron"],
        "level": "staff",
        "skills": ["python", "kafka"],
        "market_status": "passive",
    },
    "demo:grace": {"name": "Grace Murray", "level": "senior", "skills": ["sql", "spark"], "market_status": "passive"},
    "demo:alan": {"name": "Alan Mathison", "level": "senior", "skills": ["python"], "market_status": "open"},
    "demo:edsger": {"name": "Edsger Wybe", "level": "principal", "skills": ["algorithms"], "market_status": "passive"},
    "demo:radia": {"name": "Radia Joy", "level": "staff", "skills": ["networks"], "market_status": "active"},
    "demo:barbara": {
        "name": "Barbara Jane",
        "level": "senior",
        "skills": ["python", "sql"],
        "market_status": "passive",
        "location": {"country": "ES"},
    },
    "demo:ken": {"name": "Ken Lane", "level": "staff", "skills": ["python", "postgresql"], "market_status": "open"},
}

STORY: Sequence[tuple[int, str, str | None, str, Mapping[str, Any]]] = (
    # Days before the demo began, candidate, position, what happened, facts. New lines go to the end: a line's number is its id.
    (200, "ada", "staff-engineer", "sourced", {"via": "referral"}),
    (199, "ada", "staff-engineer", "contacted", {"channel": "email", "recruiter": "maria", "words": 74}),
    (198, "ada", "staff-engineer", "responded", {"channel": "email", "words": 120, "mood": "positive"}),
    (195, "ada", "staff-engineer", "interested", {}),
    (190, "ada", "staff-engineer", "declined", {"reason": "salary", "facts": {"asked": 112000, "currency": "EUR"}}),
    (120, "grace", "data-engineer", "contacted", {"channel": "linkedin", "recruiter": "maria", "words": 60}),
    (113, "grace", "data-engineer", "contacted", {"channel": "email", "recruiter": "maria", "words": 48}),
    (112, "grace", "data-engineer", "responded", {"channel": "email", "words": 30, "mood": "neutral"}),
    (111, "grace", "data-engineer", "declined", {"reason": "timing", "facts": {}}),
    (70, "edsger", "staff-engineer", "contacted", {"channel": "email", "recruiter": "tom", "words": 90}),
    (20, "alan", "data-engineer", "applied", {"via": "inbound"}),
    (15, "alan", "data-engineer", "screened", {"recruiter": "tom"}),
    (6, "alan", "data-engineer", "interviewed", {}),
    (12, "radia", "staff-engineer", "contacted", {"channel": "phone", "recruiter": "maria", "kind": "call"}),
    (11, "radia", "staff-engineer", "responded", {"channel": "phone", "mood": "positive"}),
    (10, "radia", "staff-engineer", "interested", {}),  # nobody has answered her since: a reply is overdue
    (
        68,
        "edsger",
        "data-engineer",
        "contacted",
        {"channel": "phone", "recruiter": "maria", "kind": "call"},
    ),  # two days after Tom
    (60, "grace", None, "candidate.cadence_chosen", {"every_days": 60}),
    (9, "alan", None, "candidate.followup_promised", {"due_in_days": 4, "about": "the team's plans"}),
    (149, "barbara", "data-engineer", "contacted", {"channel": "email", "recruiter": "tom", "words": 70}),
    (147, "barbara", "data-engineer", "responded", {"channel": "email", "words": 50, "mood": "neutral"}),
    (
        146,
        "barbara",
        "data-engineer",
        "declined",
        {"reason": "location", "facts": {"locations": [{"country": "ES"}], "remote": True}},
    ),
    (90, "ken", "staff-engineer", "applied", {"via": "inbound"}),
    (88, "ken", "staff-engineer", "contacted", {"channel": "email", "recruiter": "maria", "purpose": "reply"}),
    (85, "ken", "staff-engineer", "interviewed", {"recruiter": "maria"}),
    (80, "ken", "staff-engineer", "rejected", {"by": "team", "reason": "preferred_another", "facts": {"rank": 2}}),
    (79, "ken", "staff-engineer", "feedback_given", {"words": 90}),
    (4, "grace", None, "candidate.signal_observed", {"signal": "project_ended"}),
)


class DemoFailed(Exception):
    """The demo was not taken; says what was answered."""


def post_demo(url: str, token: str, folder: DataFolder) -> str:
    """Post the demo and return one line that says what came of it. Raises DemoFailed."""
    began = datetime.fromisoformat(folder.remember("demo", {"began": datetime.now(UTC).isoformat()})["began"])
    for kind, records in (("positions", POSITIONS), ("candidates", CANDIDATES)):
        for reference, record in records.items():
            content = {**record, "observed_at": _time(began - timedelta(days=210))}
            _call(url, token, "PATCH", f"/v1/{kind}/{reference}", content)
    answer = _call(url, token, "POST", "/v1/events", story(began))
    stored, duplicates = int(answer.get("stored", 0)), int(answer.get("duplicates", 0))
    if answer.get("invalid"):
        raise DemoFailed(f"{answer['invalid']} of its events were refused")
    if not stored:
        return f"the demo is there already ({duplicates} events)"
    return f"posted the demo: {len(POSITIONS)} positions, {len(CANDIDATES)} candidates, {stored} events"


def story(began: datetime) -> list[dict[str, Any]]:
    """The demo's events as CloudEvents."""
    return [_event(number, line, began) for number, line in enumerate(STORY)]


def _event(number: int, line: tuple[int, str, str | None, str, Mapping[str, Any]], began: datetime) -> dict[str, Any]:
    days, candidate, position, happened, facts = line
    time = began - timedelta(days=days)
    data = dict(facts)
    if position is not None:
        data["position"] = f"demo:{position}"
    if "due_in_days" in data:
        data["due_at"] = _time(time + timedelta(days=data.pop("due_in_days")))
    return {
        "specversion": "1.0",
        "source": "demo",
        "id": f"{candidate}-{position}-{number}",
        "type": f"rekindle.{happened}" if "." in happened else f"rekindle.pursuit.{happened}",
        "subject": f"demo:{candidate}",
        "time": _time(time),
        "data": data,
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _call(url: str, token: str, method: str, path: str, content: object) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - the address is our own gateway's
        f"{url}{path}",
        data=json.dumps(content).encode(),
        method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=REQUEST_SECONDS) as answer:
            read: dict[str, Any] = json.load(answer)
            return read
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")[:300]
        raise DemoFailed(f"{method} {path} was answered {error.code}: {said}") from error
    except (OSError, ValueError) as error:
        raise DemoFailed(f"{method} {path} was not answered: {error}") from error
