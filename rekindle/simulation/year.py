"""A year of a hiring team, in the order in which it arrives: with repeats, late, reordered and retracted facts."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from operator import attrgetter

from rekindle.simulation.openings import openings
from rekindle.simulation.people import Arrival, Span, event, person

REPEATED, LATE, REORDERED, RETRACTED = 0.05, 0.05, 0.01, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The parameters. ``facts`` counts what happened, without repeats and retractions; ``begins`` is in UTC."""

    begins: datetime
    seed: int = 1
    people: int = 20_000
    positions: int = 60
    recruiters: int = 20
    facts: int = 300_000
    days: int = 365
    desk_days: int = 7
    """Days from one time at which recruiters work the queue to the next."""

    @property
    def ends(self) -> datetime:
        """The last moment at which anything happens or arrives."""
        return self.begins + timedelta(days=self.days)


def arrivals(year: Year) -> Iterator[Arrival]:
    """Everything that is sent in the year, in the order of its sending. What is held in memory does not grow with the facts."""
    return _disordered(random.Random(f"{year.seed}/disorder"), _in_order(year), year.ends)


def _in_order(year: Year) -> Iterator[Arrival]:
    positions = openings(year.seed, year.positions, year.begins, year.days)
    span = Span(year.begins, year.days, year.recruiters, positions)
    reports = sorted((at, one.reference, body) for one in positions for at, body in one.reports)
    people = [person(year.seed, number, 0.6 * number / year.people, _share(number, year), span) for number in range(year.people)]
    sent = (Arrival(at, "position", reference, {**body, "observed_at": at.isoformat()}) for at, reference, body in reports)
    return heapq.merge(sent, *people, key=attrgetter("at"))


def _share(number: int, year: Year) -> int:
    """How many facts one person has; of two neighbours one has more and the other less."""
    share = (number + 1) * year.facts // year.people - number * year.facts // year.people
    partner = number ^ 1
    if partner >= year.people:
        return share
    lent = random.Random(f"{year.seed}/share/{number & ~1}").randrange(max(1, year.facts * 3 // (4 * year.people)))
    return share + lent if number % 2 else share - min(lent, share)


def _disordered(dice: random.Random, ordered: Iterator[Arrival], ends: datetime) -> Iterator[Arrival]:
    waiting: list[tuple[datetime, int, Arrival]] = []
    numbers = count()

    def later(arrival: Arrival, shortest: float, longest: float) -> None:
        at = min(arrival.at + timedelta(days=dice.uniform(shortest, longest)), ends)
        heapq.heappush(waiting, (at, next(numbers), Arrival(at, arrival.kind, arrival.reference, arrival.body)))

    for arrival in ordered:
        while waiting and waiting[0][0] <= arrival.at:
            yield heapq.heappop(waiting)[2]
        if arrival.kind != "event":
            yield arrival
            continue
        if dice.random() < REPEATED:
            later(arrival, 0, 10)
        if dice.random() < RETRACTED:
            taken_back = _retraction(dice, arrival, ends)
            heapq.heappush(waiting, (taken_back.at, next(numbers), taken_back))
        order = dice.random()
        if order < LATE:
            later(arrival, 1, 25)
        elif order < LATE + REORDERED:
            later(arrival, 0, 0.5)
        else:
            yield arrival
    while waiting:
        yield heapq.heappop(waiting)[2]


def _retraction(dice: random.Random, arrival: Arrival, ends: datetime) -> Arrival:
    """What says that a fact never happened: by its name, by its type, or that nothing of its pursuit did."""
    at = min(arrival.at + timedelta(days=dice.uniform(0.01, 15)), ends)
    fact = arrival.body
    position = fact["data"].get("position")
    how = dice.random()
    data = {"source": fact["source"], "id": fact["id"]}
    if how < 0.3:
        data = {"type": fact["type"]} | ({"position": position} if position else {})
    elif how < 0.4 and position:
        data = {"position": position, "whole": True}
    return Arrival(
        at, "event", arrival.reference, event("event.retracted", arrival.reference, f"{fact['id']}-retracted", at, data)
    )
