"""Is a position described honestly? Five things that people want to know before they say yes, each there or missing.

Pure: a record in, findings out. A pitch that leaves the same out is told so in the same words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared import honesty

Part = Literal["salary", "downsides", "workload", "next_steps", "tasks"]


@dataclass(frozen=True, slots=True)
class Honesty:
    """One of the things to be said of a position: what the record says of it, and what to add; None where nothing is missing."""

    part: Part
    says: tuple[str, ...]
    advice: str | None

    @property
    def is_present(self) -> bool:
        return self.advice is None


def honesty_of(record: Mapping[str, Any]) -> list[Honesty]:
    """The five parts, in the order in which people ask for them."""
    return list(_parts(record))


def _parts(record: Mapping[str, Any]) -> Iterator[Honesty]:
    salary = record["salary"] or {}
    pays = tuple(
        f"{word} {salary[end]:,.10g} {salary['currency'] or ''}".rstrip()
        for end, word in (("min", "from"), ("max", "to"))
        if salary.get(end) is not None
    )
    is_range = len(pays) == 2 and salary["currency"] is not None
    yield Honesty("salary", pays, None if is_range else honesty.NO_SALARY)
    texts: tuple[tuple[Part, str], ...] = (
        ("downsides", honesty.NO_DOWNSIDE),
        ("workload", honesty.NO_WORKLOAD),
        ("next_steps", honesty.NO_NEXT_STEPS),
        ("tasks", honesty.NO_TASKS),
    )
    for part, advice in texts:
        said = record[part]
        says = (said,) if isinstance(said, str) else tuple(said or ())
        yield Honesty(part, says, None if says else advice)
