"""A draft as the checks see it, and what a check finds."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_SAME_LENGTH = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u00a0": " ", "*": " "})
"""Typographic signs, and the asterisks of emphasis, as plain ones; a place in the text stays the same place."""


class Kind(StrEnum):
    """What a message is meant to be."""

    FIRST_TOUCH = "first_touch"
    FOLLOW_UP = "follow_up"
    PITCH = "pitch"
    REPLY = "reply"
    REJECTION = "rejection"
    FEEDBACK = "feedback"


class Severity(StrEnum):
    """``stop``: not to be sent so; ``warn``: better changed; ``info``: worth a look."""

    INFO = "info"
    WARN = "warn"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where, and what to do. ``span``: first and last but one code point; None for the whole text."""

    code: str
    severity: Severity
    span: tuple[int, int] | None
    advice: str
    points: int
    """What it takes from the score of 100."""


@dataclass(frozen=True)
class Draft:
    """A message before it is sent. ``known``: details of the person that the sender's record confirms; None: not said."""

    text: str
    kind: Kind
    known: Collection[str] | None = None
    is_interested: bool | None = None
    """Whether the person is interested in the position; None where no position was named."""

    @cached_property
    def plain(self) -> str:
        """The text with plain quotes and dashes, of the same length."""
        return self.text.translate(_SAME_LENGTH)

    @cached_property
    def lower(self) -> str:
        """``plain`` in lower case, of the same length: a sign that would become two stays as it is."""
        lower = self.plain.lower()
        return (
            lower
            if len(lower) == len(self.plain)
            else "".join(low if len(low := sign.lower()) == 1 else sign for sign in self.plain)
        )

    @cached_property
    def words(self) -> list[re.Match[str]]:
        """The words, in order."""
        return list(_WORD.finditer(self.plain))

    @cached_property
    def lower_words(self) -> list[str]:
        """The words in lower case."""
        return [self.lower[slice(*word.span())] for word in self.words]
