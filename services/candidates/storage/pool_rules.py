"""The rule of a pool: a saved search, in its stored form and as the conditions that the search itself makes of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from services.candidates.storage.search import Filters

_MOMENTS = ("last_contact_before",)


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of a member's record. ``words`` are found as they stand: no beginnings, no names spelled alike."""

    words: str | None
    filters: Filters

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return all(value is None for value in self.conditions().values())

    def conditions(self) -> dict[str, Any]:
        """Conditions, in which $n stands for the value beside them; none where that is None."""
        return {**self.filters.conditions(), "words @@ websearch_to_tsquery('candidate_words', $n)": self.words}

    def given(self) -> dict[str, Any]:
        """What is asked for, as JSON values by the names of the search's parameters."""
        asked = {name: value for name, value in asdict(self.filters).items() if value not in (None, (), [])}
        named = {"skill" if name == "skills" else name: value for name, value in {"q": self.words, **asked}.items()}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in named.items()
            if value is not None
        }


def write_rule(rule: Rule | None) -> str | None:
    """The rule as JSON."""
    return None if rule is None else orjson.dumps(rule.given()).decode()


def read_rule(stored: Mapping[str, Any] | None) -> Rule | None:
    """The rule, from its JSON form."""
    if stored is None:
        return None
    given = {"skills" if name == "skill" else name: value for name, value in stored.items() if name != "q"}
    given |= {name: datetime.fromisoformat(given[name]) for name in _MOMENTS if name in given}
    return Rule(stored.get("q"), Filters(**given))
