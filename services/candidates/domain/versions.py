"""Versions of records as entity tags, and the conditions that a caller puts on them (RFC 9110, section 13)."""

import re
from dataclasses import dataclass
from uuid import UUID

_TAG = re.compile(r'(W/)?"([^"]*)"')


def entity_tag(record: UUID, version: int) -> str:
    """The strong entity tag of a record's version. It names the record, for a reference can come to name another one."""
    return f'"{record}:{version}"'


def after(thing: str, record: UUID, version: int) -> str:
    """What a reader waits for to see this version: ``candidate:<id>:<version>`` or ``position:<id>:<version>``."""
    return f"{thing}:{record}:{version}"


@dataclass(frozen=True, slots=True)
class Condition:
    """The If-Match and If-None-Match of a request; None where the header is absent."""

    if_match: str | None = None
    if_none_match: str | None = None

    def allows_change(self, tag: str | None) -> bool:
        """Whether a record with this tag may be changed; ``tag`` is None where there is no record yet."""
        if self.if_match is not None and not _names(self.if_match, tag, weakly=False):
            return False
        return self.if_none_match is None or not _names(self.if_none_match, tag, weakly=True)

    def is_known(self, tag: str) -> bool:
        """Whether the caller has this version already."""
        return self.if_none_match is not None and _names(self.if_none_match, tag, weakly=True)


def _names(header: str, tag: str | None, *, weakly: bool) -> bool:
    if tag is None:
        return False
    if header.strip() == "*":
        return True
    return any(f'"{text}"' == tag and (weakly or not weak) for weak, text in _TAG.findall(header))
