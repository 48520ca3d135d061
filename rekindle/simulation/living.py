"""Living through a year: everything is posted in the order of its arrival, as an ATS does, and recruiters work the queue."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from rekindle.simulation.desk import Act, Api, Desk
from rekindle.simulation.people import Arrival
from rekindle.simulation.year import Year, arrivals

LONGEST_BATCH = 1000
MOST_RECORDS = 500


class Refused(Exception):
    """The API refused something of the year: the message says what."""


class Follows(Api, Protocol):
    """An API that can be waited for."""

    def wait(self, after: list[str], *, seconds: float) -> None:
        """Return once everything shows what was answered with these."""


@dataclass(slots=True)
class Lived:
    """What was posted. ``stored`` and ``duplicates`` count events, ``records`` changes of records."""

    stored: int = 0
    duplicates: int = 0
    records: int = 0
    acts: int = 0
    last: dict[str, str] = field(default_factory=dict)
    """The newest ``after`` of each stream since the last wait."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Who wants to know. ``set_clock`` says what time it is now, ``settled`` returns once time has brought what it brings."""

    arrived: Callable[[Arrival], None] = lambda _: None
    acted: Callable[[Act], None] = lambda _: None
    progress: Callable[[datetime], None] = lambda _: None
    set_clock: Callable[[datetime], None] | None = None
    settled: Callable[[datetime], None] = lambda _: None


def live(year: Year, api: Follows, watching: Watching, *, patience: float = 600) -> Lived:
    """Post the year. Raises Refused, and whatever the API raises.

    With a clock that can be set, recruiters work the queue every ``desk_days``; without one, once, at the end, which is now.
    """
    return _Life(year, api, watching, patience).live()


@dataclass(slots=True)
class _Life:
    year: Year
    api: Follows
    watching: Watching
    patience: float
    lived: Lived = field(default_factory=Lived)
    desk: Desk = field(init=False)

    @property
    def desk_every(self) -> timedelta:
        return timedelta(days=self.year.desk_days)

    def __post_init__(self) -> None:
        self.desk = Desk(self.api, random.Random(f"{self.year.seed}/desk"), self.year.recruiters, self._note)

    def live(self) -> Lived:
        desk_at = self.year.begins + self.desk_every
        window: list[Arrival] = []
        for arrival in arrivals(self.year):
            while self.watching.set_clock is not None and arrival.at > desk_at:
                self._send(window)
                window = []
                self._work(desk_at)
                desk_at += self.desk_every
            if arrival.kind == "position":
                self._send(window)
                self._send([arrival])
                window = []
                continue
            window.append(arrival)
            if len(window) == LONGEST_BATCH:
                self._send(window)
                window = []
        self._send(window)
        self._work(self.year.ends)
        self._wait()
        return self.lived

    def _send(self, window: list[Arrival]) -> None:
        """Records first, then events, then what is parted: as nothing depends on the order, each goes in large batches.

        A position goes alone, at its time: what it brings about depends on when it changed.
        """
        if not window:
            return
        if self.watching.set_clock is not None:
            self.watching.set_clock(window[-1].at)
        self._send_records([one for one in window if one.kind == "candidate"])
        for one in window:
            if one.kind == "position":
                self._send_one("PATCH", f"/v1/positions/{quote(one.reference, safe=':')}", one.body)
        self._send_events([one.body for one in window if one.kind == "event"])
        for one in window:
            if one.kind == "parting":
                path = f"/v1/candidates/{quote(one.reference, safe=':')}/references/{quote(one.body['reference'], safe=':')}"
                self._send_one("DELETE", path, None)
        for one in window:
            self.watching.arrived(one)
        self.watching.progress(window[-1].at)

    def _send_records(self, changes: list[Arrival]) -> None:
        for chunk in _chunks(changes, MOST_RECORDS):
            body = [{"candidate": one.reference, **one.body} for one in chunk]
            for item in self.api.call("POST", "/v1/candidates/batch", body)["items"]:
                if item["status"] not in {200, 201}:
                    raise Refused(f"A record was answered {item['status']}: {item.get('problem')}")
                self._remember(item["after"])
                self.lived.records += 1

    def _send_one(self, method: str, path: str, body: dict[str, Any] | None) -> None:
        answer = self.api.call(method, path, body)
        for after in answer.get("after_each") or [answer.get("after")]:
            self._remember(after)
        self.lived.records += 1

    def _send_events(self, events: list[dict[str, Any]]) -> None:
        for chunk in _chunks(events, LONGEST_BATCH):
            for item in self.api.post(chunk):
                if item["status"] not in {200, 201}:
                    raise Refused(f"An event was answered {item['status']}: {item.get('problem')}")
                self.lived.stored += item["status"] == 201
                self.lived.duplicates += item["status"] == 200
                self._remember(item["after"])

    def _remember(self, after: str | None) -> None:
        if after is not None:
            self.lived.last[after.rpartition(":")[0]] = after

    def _wait(self) -> None:
        self.api.wait(list(self.lived.last.values()), seconds=self.patience)
        self.lived.last.clear()

    def _work(self, at: datetime) -> None:
        if self.watching.set_clock is None:
            at = datetime.now(UTC)
        else:
            self.watching.set_clock(at)
        self._wait()
        self.watching.settled(at)
        posted = self.desk.work(at)
        self._send_events(posted)
        for one in posted:
            self.watching.arrived(Arrival(at, "event", one["subject"], one))

    def _note(self, act: Act) -> None:
        self.lived.acts += 1
        self.watching.acted(act)


def _chunks(items: list[Any], size: int) -> Iterator[list[Any]]:
    return (items[begin : begin + size] for begin in range(0, len(items), size))
