"""The fields of a record: nested as clients see them, flat as they are remembered.

A PATCH is a JSON Merge Patch (RFC 7396): absent keeps, null clears, objects merge member by member. Every leaf is
therefore a register of its own, named by its path, for example ``location.city``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.candidates.domain.registers import Value


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields a record has, in the order in which they are shown."""

    scalars: tuple[str, ...]
    lists: frozenset[str]
    """Of ``scalars``, those that hold a list; an empty list is the same as a cleared field."""
    objects: Mapping[str, tuple[str, ...]]
    """Members by the name of the object."""
    open_objects: frozenset[str] = frozenset()
    """Objects whose members have names that a setting allows; such an object is shown where it has a member."""

    def flatten(self, sent: Mapping[str, Any]) -> dict[str, Value]:
        """The leaves that a patch names. It holds only known fields."""
        leaves: dict[str, Value] = {}
        for name, value in sent.items():
            members = self.objects.get(name, ())
            if name not in self.objects and name not in self.open_objects:
                leaves[name] = None if value == [] else value
            elif value is None:
                leaves |= {f"{name}.{member}": None for member in members}
            else:
                leaves |= {f"{name}.{member}": inner for member, inner in value.items()}
        return leaves

    def nest(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """All fields of the record as clients see them: null where nothing is known, lists empty."""
        record: dict[str, Any] = {name: values.get(name, [] if name in self.lists else None) for name in self.scalars}
        for name, members in self.objects.items():
            found = {member: values.get(f"{name}.{member}") for member in members}
            record[name] = found if any(value is not None for value in found.values()) else None
        return record | {name: found for name in self.open_objects if (found := self.members(name, values))}

    def members(self, name: str, values: Mapping[str, Value]) -> dict[str, Value]:
        """The members of an open object, by name."""
        prefix = f"{name}."
        return {field.removeprefix(prefix): value for field, value in sorted(values.items()) if field.startswith(prefix)}


CANDIDATE = Shape(
    scalars=(
        *("name", "emails", "phones", "links", "time_zone", "company", "title", "level", "years_experience", "skills"),
        *("market_status", "tier"),
    ),
    lists=frozenset({"emails", "phones", "links", "skills"}),
    objects={"location": ("country", "city"), "salary": ("amount", "currency")},
    open_objects=frozenset({"attributes"}),
)

POSITION = Shape(
    scalars=(
        *("title", "status", "sponsor", "level", "skills", "years_experience", "requirements", "needs", "downsides"),
        *("tasks", "workload", "next_steps"),
        *("remote", "locations", "employment", "starts_on", "ends_on", "opened_at", "closed_at"),
    ),
    lists=frozenset({"skills", "requirements", "needs", "downsides", "tasks", "next_steps", "locations"}),
    objects={"salary": ("min", "max", "currency")},
)

CONTACT_DETAILS = frozenset({"emails", "phones", "links"})
"""What only a token with the scope ``contact_details:read`` is shown."""
ATTRIBUTES = frozenset({"attributes"})
"""What only a token with the scope ``attributes:read`` is shown."""
