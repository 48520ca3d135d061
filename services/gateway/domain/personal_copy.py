"""The copy of everything that is held of a person, as a page that the person can read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
:root { color-scheme: light dark; --line: light-dark(#e4e5ea, #2b2d34); --soft: light-dark(#555b67, #a8aeba); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
h1 { letter-spacing: -.02em; } h2 { margin-top: 2.5rem; } h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
nav ul { margin: 0 0 .8rem; padding: 0; list-style: none; columns: 15rem; } nav strong { font-weight: 600; }
a { color: light-dark(#4338ca, #a5b4fc); }
table { border-collapse: collapse; width: 100%; }
.row { margin: .6rem 0; padding: .4rem .9rem; border: 1px solid var(--line); border-radius: 8px; break-inside: avoid; }
tr { display: grid; grid-template-columns: 11rem minmax(0, 1fr); padding: .15rem 0; }
tr + tr { border-top: 1px solid var(--line); }
th, td { padding: 0; text-align: left; overflow-wrap: anywhere; }
th { padding-right: .6rem; font-weight: 400; color: var(--soft); }
@media (max-width: 40rem) { tr { grid-template-columns: 7rem minmax(0, 1fr); } td tr { grid-template-columns: minmax(0, 1fr); } }
"""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


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
    yield from _contents(copy)
    for service, title in HELD_BY.items():
        tables = copy.services[service]
        yield f"<h2>{escape(title)}</h2>"
        if not tables:
            yield "<p>Nothing.</p>"
        for table, rows in tables.items():
            yield f"<h3 id='{service}-{escape(table)}'>{_title(table, rows)}</h3>"
            for row in rows:
                yield f"<div class=row>{_said(row)}</div>"
    yield "</main></body></html>"


def _contents(copy: PersonalCopy) -> Iterator[str]:
    yield "<nav aria-label=Contents>"
    for service, title in HELD_BY.items():
        if tables := copy.services[service]:
            links = (f"<li><a href='#{service}-{escape(table)}'>{_title(table, rows)}</a>" for table, rows in tables.items())
            yield f"<strong>{escape(title)}</strong><ul>{''.join(links)}</ul>"
    yield "</nav>"


def _title(table: str, rows: Sequence[Mapping[str, Any]]) -> str:
    return f"{escape(table.replace('_', ' ').capitalize())} ({len(rows)})"


def _line(name: str, value: Any) -> str:
    return f"<tr><th scope=row>{escape(name.replace('_', ' '))}</th><td>{_said(value)}</td></tr>"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<table>{''.join(_line(name, one) for name, one in value.items() if one not in (None, [], {}))}</table>"
    if isinstance(value, list):
        return "<br>".join(map(_said, value))
    if isinstance(value, str) and _TIME.fullmatch(value):
        return f"{datetime.fromisoformat(value).astimezone(UTC):%d %B %Y, %H:%M:%S} UTC"
    return escape({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))
