"""What the record of two people would be if they were one: which value counts, whose it is, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.candidates.domain.people import Stream, entries_of_person, heads_of_person
from services.candidates.domain.registers import Observation, Value, canonical


@dataclass(frozen=True, slots=True)
class PreviewedField:
    """A field of the merged record: the value that counts, and what the record of the other of the two says."""

    field: str
    value: Value
    source: str
    stated_by: UUID
    """Of the two, the person whose record says so."""
    other_value: Value
    why: str


@dataclass(frozen=True, slots=True)
class PreviewedItem:
    """An item of a list of the merged record, and who of the two has it."""

    value: str
    source: str
    of: Sequence[UUID]


def preview_fields(one: Collection[Stream], other: Collection[Stream]) -> list[PreviewedField]:
    """Each field of which the two say anything; lists are joined, see ``preview_lists``."""
    people = [(_person(members), heads_of_person(members)) for members in (one, other)]
    lists = entries_of_person([*one, *other])
    found: list[PreviewedField] = []
    for name in sorted(people[0][1].keys() | people[1][1].keys()):
        stated = [(person, heads[name]) for person, heads in people if name in heads]
        if name in lists or all(observation.value is None for _, observation in stated):
            continue
        (person, winner), *lost = sorted(stated, key=lambda pair: pair[1].rank, reverse=True)
        loser = lost[0][1] if lost else None
        found.append(PreviewedField(name, winner.value, winner.source, person, loser and loser.value, _why(winner, loser)))
    return found


def preview_lists(one: Collection[Stream], other: Collection[Stream]) -> dict[str, list[PreviewedItem]]:
    """Each list of the merged record: what the two have, each item once."""
    held = {
        _person(members): {name: {item.value.casefold() for item in items} for name, items in entries_of_person(members).items()}
        for members in (one, other)
    }
    return {
        name: [
            PreviewedItem(
                item.value, item.source, [person for person, lists in held.items() if item.value.casefold() in lists[name]]
            )
            for item in items
        ]
        for name, items in entries_of_person([*one, *other]).items()
        if items
    }


def _person(members: Collection[Stream]) -> UUID:
    return next(iter(members)).person_id


def _why(winner: Observation, loser: Observation | None) -> str:
    if loser is None:
        return "the other record says nothing of it"
    if canonical(winner.value) == canonical(loser.value):
        return "both records say the same"
    if winner.observed_at > loser.observed_at:
        return "it was so later" if winner.value is not None else "it was cleared later"
    if loser.value is None:
        return "at the same moment a value counts before a cleared field"
    return "both were so at the same moment: the source that is later in the alphabet counts, then the greater value"
