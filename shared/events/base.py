"""What every event type is: one class, a type name, a topic, and the form that the bus may see."""

from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.fields import private_fields
from shared.events.topics import Topic


class EventData(BaseModel):
    """The data of one event type. Subclasses are listed in ``shared.events.EVENTS``.

    Readers ignore fields they do not know, because newer writers may add some. The HTTP API forbids unknown fields by
    validating with ``extra="forbid"``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")

    type: ClassVar[str]
    topic: ClassVar[Topic]

    def public(self) -> dict[str, Any]:
        """What travels on the bus: JSON values, no private field, nothing that is absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=_private(type(self)))

    def public_json(self) -> bytes:
        """``public()`` as UTF-8 JSON."""
        return self.model_dump_json(by_alias=True, exclude_none=True, exclude=_private(type(self))).encode()


@cache
def _private(kind: type[EventData]) -> Any:
    return private_fields(kind) or None
