"""What a body says of a job, as the content of a position's PATCH."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.connectors.domain.greenhouse.body import Job
from services.connectors.domain.greenhouse.places import is_remote, read_place
from services.connectors.domain.greenhouse.values import Tree, amount, branch, branches, currency, moment, plain, text

_STATUSES = {"open": "open", "closed": "closed", "draft": "draft", "on hold": "on_hold", "on_hold": "on_hold"}
_PAY = frozenset({"salary", "pay", "compensation", "salaryrange"})


def opening_content(job: Job, observed_at: datetime, received_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Title, status, times, salary range and places; ``observed_at`` alone when the body holds none of them.

    A job that is open with a null closing time was opened again, so that null clears the closing time.
    """
    tree = job.tree
    content: dict[str, Any] = {}
    if title := text(tree.get("name"), 200) or text(tree.get("title"), 200):
        content["title"] = title
    opened_at = _time(tree, zone, received_at, "opened_at", "open_date")
    closed_at = _time(tree, zone, received_at, "closed_at", "close_date")
    status = _STATUSES.get((text(tree.get("status"), 50) or "").lower()) or ("closed" if closed_at else None)
    if status:
        content["status"] = status
    if opened_at:
        content["opened_at"] = opened_at
    if closed_at:
        content["closed_at"] = closed_at
    elif status == "open":
        content["closed_at"] = None
    if salary := _salary(branch(tree, "custom_fields")):
        content["salary"] = salary
    content |= _places(tree)
    return content | {"observed_at": observed_at.isoformat().replace("+00:00", "Z")}


def _time(tree: Tree, zone: ZoneInfo, received_at: datetime, *names: str) -> str | None:
    for name in names:
        if found := moment(tree.get(name), zone, received_at):
            return found.isoformat().replace("+00:00", "Z")
    return None


def _salary(fields: Tree) -> dict[str, Any] | None:
    """The first range of money whose field is named for pay; a range without a currency is no salary."""
    for key, field in fields.items():
        if not isinstance(field, dict) or field.get("type") != "currency_range":
            continue
        if not _PAY & {*plain(key).split(), *plain(text(field.get("name")) or "").split()}:
            continue
        value = branch(field, "value")
        unit, low, high = currency(value.get("unit")), amount(value.get("min_value")), amount(value.get("max_value"))
        if unit and low is not None and high is not None and low <= high:
            return {"min": low, "max": high, "currency": unit}
    return None


def _places(tree: Tree) -> dict[str, Any]:
    locations = [
        words
        for office in branches(tree, "offices")
        if (words := text(office.get("location")) or text(branch(office, "location").get("name")) or text(office.get("name")))
    ]
    content: dict[str, Any] = {}
    places = [place for words in locations if (place := read_place(words))]
    if unique := [place for number, place in enumerate(places) if place not in places[:number]][:50]:
        content["locations"] = unique
    if any(is_remote(words) for words in locations):
        content["remote"] = True
    return content
