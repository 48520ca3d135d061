"""The copy of everything that is held of a person, as a page that the person can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

HELD_BY = {
    "candidates": "Your record: what was stated of you, by whom and when",
    "engagement": "What happened between us, and what follows from it",
    "analytics": "What is counted of you, without your name",
    "connectors": "What applicant tracking systems sent of you",
}
"""The services that hold people, in the order of the copy, and what each is for."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class PersonalCopy:
    """All rows that name a person, by service and table. ``made_at`` is UTC."""

    candidate_ids: Sequence[UUID]
    references: Sequence[str]
    made_at: datetime
    services: Mapping[str, Rows]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not any(self.services.values())


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1f; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #eee; }
td { overflow-wrap: anywhere; }
th { width: 12rem; font-weight: 500; color: #555; }
@media (prefers-color-scheme: dark) {
  body { background: #111216; color: #e8e8ec; } h2, th, td { border-color: #2b2d34; } th { color: #a5a8b3; }
}
"""


def page(copy: PersonalCopy) -> str:
    """The copy as HTML that loads nothing from elsewhere. Whatever a value holds is shown as text."""
    return "".join(_page(copy))


def _page(copy: PersonalCopy) -> Iterator[str]:
    yield (
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>What is held of you</title><style>{_STYLE}</style></head><body><main><h1>What is held of you</h1>"
        f"<p>Everything that this system held on {copy.made_at:%d %B %Y at %H:%M} UTC. You are known as "
        f"{escape(', '.join(copy.references) or 'one of whom nobody stated a name')}.</p>"
    )
    for service, title in HELD_BY.items():
        tables = copy.services[service]
        yield f"<h2>{escape(title)}</h2>"
        if not tables:
            yield "<p>Nothing.</p>"
        for table, rows in tables.items():
            yield f"<h3>{escape(table.replace('_', ' '))} ({len(rows)})</h3>"
            for row in rows:
                yield _said(row)
    yield "</main></body></html>"


def _line(name: str, value: Any) -> str:
    return f"<tr><th scope=row>{escape(name.replace('_', ' '))}</th><td>{_said(value)}</td></tr>"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<table>{''.join(_line(name, one) for name, one in value.items() if one not in (None, [], {}))}</table>"
    if isinstance(value, list):
        return "<br>".join(map(_said, value))
    return escape({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))
