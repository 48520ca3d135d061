"""How long is a person kept? Rules by state, place and source say until when, and what would keep them longer.

Pure: what is held of a person, the rules and the time in, what is due out. The first rule that concerns a person counts; whom
none concerns is kept. A person is asked first whether they may be kept, and erased only when the time for an answer is over, too.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["never_contacted", "unanswered", "answered", "hired"]
"""never_contacted: nobody wrote to them, nor they to us; unanswered: they never answered; answered: they did, or took part in a
pursuit; hired: by us."""
Bond = Literal["in_play", "hired"]
"""What no rule erases: a person with a pursuit that is open, and one whom we hired."""
Occasion = Literal["record", "contact", "response"]
"""From what the time counts: when their record was made, when we last contacted them, when they last answered or took part."""

_WORDS: Mapping[Occasion, str] = {
    "record": "the record was made",
    "contact": "they were last contacted",
    "response": "they last answered",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom it concerns (an empty collection: everybody), and for how many months after the latest occasion they are kept."""

    name: str
    months: int
    states: frozenset[State] = frozenset()
    countries: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    since: tuple[Occasion, ...] = ("record", "response")


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The rules in order; how long before their time people are listed, and how long a person has to answer."""

    warn: timedelta
    answer: timedelta
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What decides how long a person is kept. Times are UTC; ``sources`` are those of the person's references."""

    state: State
    country: str | None
    sources: frozenset[str]
    times: Mapping[Occasion, datetime]
    is_reachable: bool
    asked_at: datetime | None = None
    is_in_play: bool = False

    @property
    def bond(self) -> Bond | None:
        """What keeps them, whatever their time."""
        if self.state == "hired":
            return "hired"
        return "in_play" if self.is_in_play else None


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a person is kept. ``asked_at`` is the question that counts: an answer since then has settled an earlier one.

    ``may_go_at``: from when they may be erased; None before they are asked, and while a bond keeps them.
    """

    rule: Rule
    occasion: Occasion
    since: datetime
    at: datetime
    asked_at: datetime | None
    may_go_at: datetime | None

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return f"{self.rule.name}: kept for {self.rule.months} months after {_WORDS[self.occasion]} on {self.since:%d %B %Y}."

    @property
    def keeps(self) -> list[str]:
        """What would keep them longer."""
        ways: dict[Occasion, str] = {"response": "an answer from them", "contact": "a contact"}
        return [words for occasion, words in ways.items() if occasion in self.rule.since]


def due(held: Held, policy: RetentionPolicy) -> Due | None:
    """Until when a person is kept, or None where no rule concerns them."""
    rule = next((one for one in policy.rules if _concerns(one, held)), None)
    counted = [] if rule is None else [(held.times[one], one) for one in rule.since if one in held.times]
    if rule is None or not counted:
        return None
    since, occasion = max(counted)
    at = months_after(since, rule.months)
    asked = held.asked_at if held.asked_at is None or held.asked_at >= since else None
    return Due(rule, occasion, since, at, asked, _may_go_at(at, asked, held, policy))


def _concerns(rule: Rule, held: Held) -> bool:
    return (
        (not rule.states or held.state in rule.states)
        and (not rule.countries or held.country in rule.countries)
        and (not rule.sources or not rule.sources.isdisjoint(held.sources))
    )


def _may_go_at(at: datetime, asked: datetime | None, held: Held, policy: RetentionPolicy) -> datetime | None:
    """Whoever was asked has their time to answer, whatever became of their address; who cannot be reached cannot be asked."""
    if held.bond is not None:
        return None
    if asked is not None:
        return max(at, asked + policy.answer)
    return None if held.is_reachable else at


def months_after(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a month that is shorter."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def is_listed(one: Due, policy: RetentionPolicy, now: datetime) -> bool:
    """Whether a person's time is over, or will be within the warning."""
    return one.at - policy.warn <= now


def may_go(one: Due, now: datetime) -> bool:
    """Whether a person may be erased now."""
    return one.may_go_at is not None and one.may_go_at <= now


def state_of(times: Mapping[Occasion, datetime], *, is_hired: bool) -> State:
    """What has been between the person and us."""
    if is_hired:
        return "hired"
    if "response" in times:
        return "answered"
    return "unanswered" if "contact" in times else "never_contacted"
