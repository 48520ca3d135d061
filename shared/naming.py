"""Whom does a name in a request mean? An id, or a reference from which the id follows."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import Invalid
from shared.ids import MalformedReferenceError, Reference, Thing, is_id


@dataclass(frozen=True, slots=True)
class Name:
    """A record as the caller named it; ``reference`` is None where it was named by id."""

    id: UUID
    reference: Reference | None

    def __str__(self) -> str:
        return str(self.reference or self.id)

    @property
    def text(self) -> str | None:
        """The reference as text."""
        return None if self.reference is None else str(self.reference)


def read_name(thing: Thing, text: str, *, field: str | None = None) -> Name:
    """Read an id or a reference. Raises Invalid, which names ``field`` (default: the thing)."""
    if is_id(text):
        return Name(UUID(text), None)
    try:
        reference = Reference.parse(text)
    except MalformedReferenceError as error:
        raise Invalid.of(field or thing, str(error)) from error
    return Name(reference.id_of(thing), reference)
