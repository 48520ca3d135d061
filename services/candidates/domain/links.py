"""Which streams are one person, and which of them stands for it.

Links are what sources said: "this record is also that reference". A person is a connected component of streams; the
order in which links were made or undone never matters, only which there are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """``record`` was patched with a reference whose stream is ``named``."""

    record: UUID
    named: UUID

    def touches(self, stream: UUID) -> bool:
        """Whether the stream is one of the two ends."""
        return stream in {self.record, self.named}


def components(streams: Collection[UUID], links: Iterable[Link]) -> list[frozenset[UUID]]:
    """The persons among these streams, each as its streams. Links to other streams are ignored."""
    beside: dict[UUID, set[UUID]] = {stream: set() for stream in streams}
    for link in links:
        if link.record in beside and link.named in beside:
            beside[link.record].add(link.named)
            beside[link.named].add(link.record)
    found: list[frozenset[UUID]] = []
    unseen = set(beside)
    for stream in sorted(beside):
        if stream in unseen:
            person = _reachable(stream, beside)
            unseen -= person
            found.append(person)
    return found


def _reachable(stream: UUID, beside: dict[UUID, set[UUID]]) -> frozenset[UUID]:
    reached = {stream}
    edge = [stream]
    while edge:
        edge = [other for near in edge for other in beside[near] if other not in reached]
        reached.update(edge)
    return frozenset(reached)


def survivor(person: frozenset[UUID], links: Iterable[Link]) -> UUID:
    """The stream that stands for the person.

    The record that was patched to name the others survives, for that is the one its users work with: a stream that no
    other link names. Where several are left, or none (links in a circle), the smallest id does.
    """
    named = {link.named for link in links if link.record in person and link.named in person}
    return min(person - named or person)


def person_map(streams: Collection[UUID], links: Collection[Link]) -> dict[UUID, UUID]:
    """The person of each stream."""
    persons = {person: survivor(person, links) for person in components(streams, links)}
    return {stream: stands for person, stands in persons.items() for stream in person}


def parting(stream: UUID, other: UUID, links: Collection[Link]) -> frozenset[Link]:
    """The links to undo so that ``other`` is no longer the same person as ``stream``; empty when it is not now.

    These are the links of ``other`` to what is still ``stream``'s person without it. Streams that belong to the person
    through ``other`` alone go with it.
    """
    everyone = {end for link in links for end in (link.record, link.named)}
    if stream == other or stream not in everyone or other not in everyone:
        return frozenset()
    rest = [link for link in links if not link.touches(other)]
    kept = next(person for person in components(everyone - {other}, rest) if stream in person)
    return frozenset(link for link in links if link.touches(other) and (link.record in kept or link.named in kept))
