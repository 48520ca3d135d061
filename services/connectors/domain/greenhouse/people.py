"""What a body says of a person, as the content of a candidate's PATCH.

A source only adds what it knows: what is null or empty in the body is left out, so that it clears nothing that another
source knows. Addresses, attachments, education and custom fields are not taken over.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.connectors.domain.greenhouse.values import Tree, branches, text

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LINK = re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+(/\S*)?", re.IGNORECASE)
_MOST = 20


def person_content(person: Tree, observed_at: datetime) -> dict[str, Any]:
    """Name, contact details, title and company; ``observed_at`` alone when the body holds none of them."""
    content: dict[str, Any] = {}
    both = " ".join(filter(None, (text(person.get("first_name")), text(person.get("last_name")))))
    if name := text(both, 200) or text(person.get("name"), 200):
        content["name"] = name
    for key in ("title", "company"):
        if value := text(person.get(key), 200):
            content[key] = value
    lists = {
        "emails": _emails(person),
        "phones": (value for value in _values(person, "phone_numbers", 50) if sum(map(str.isdigit, value)) >= 3),
        "links": _links(person),
    }
    content |= {key: found for key, values in lists.items() if (found := list(dict.fromkeys(values))[:_MOST])}
    return content | {"observed_at": observed_at.isoformat().replace("+00:00", "Z")}


def _values(person: Tree, key: str, limit: int) -> Iterator[str]:
    for item in branches(person, key):
        if value := text(item.get("value"), limit):
            yield value


def _emails(person: Tree) -> Iterator[str]:
    """Those that look like addresses; blanks, as the vendor's samples have them, make none."""
    return (value for value in _values(person, "email_addresses", 254) if _EMAIL.fullmatch(value))


def _links(person: Tree) -> Iterator[str]:
    for key in ("website_addresses", "social_media_addresses"):
        for value in _values(person, key, 500):
            if _LINK.fullmatch(value):
                yield value if "://" in value else f"https://{value}"


CLEARED_BY: dict[str, tuple[str, Any]] = {
    "full_name": ("name", None),
    "current_title": ("title", None),
    "current_company": ("company", None),
    "email_addresses": ("emails", []),
    "phone_numbers": ("phones", []),
    "social_media_links": ("links", []),
    "websites": ("links", []),
    "addresses": ("location", None),
    "location": ("location", None),
}
"""What clearing a field of the vendor's clears here."""

IDENTIFYING = frozenset({"full_name", "email_addresses", "phone_numbers"})
"""Without all of these nobody can be named or reached: the person is to be forgotten."""


def cleared_content(fields: frozenset[str], observed_at: datetime) -> dict[str, Any]:
    """The content that clears what the vendor anonymised; ``observed_at`` alone when Rekindle holds none of it."""
    content = dict(CLEARED_BY[name] for name in sorted(fields & CLEARED_BY.keys()))
    return content | {"observed_at": observed_at.isoformat().replace("+00:00", "Z")}
