"""What happened with a made-up person: pursuits as a careful team runs them, with the few slips that such a team has too."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rekindle.demo.moments import LATEST, working_time_after
from rekindle.demo.people import Person
from rekindle.demo.reasons import close_of
from rekindle.demo.vacancies import Vacancies

VIAS = ("linkedin", "linkedin", "linkedin", "referral", "referral", "github", "event")
ANSWERS = (0.34, 0.26, 0.2)
"""How many answer the first touch, how many of the others the second, and the third."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened: ``type`` without the leading ``rekindle.``."""

    at: datetime
    type: str
    data: dict[str, Any]


@dataclass(slots=True)
class Life:
    """The facts of one person, written down in the order in which they happened; those that would lie ahead are left out."""

    dice: random.Random
    person: Person
    began: datetime
    vacancies: Vacancies
    now: datetime
    facts: list[Fact] = field(default_factory=list)
    recruiter: str = ""
    channel: str = "email"

    def live(self) -> list[Fact]:
        """All of it."""
        self.recruiter = self.dice.choice(self.person.opening.recruiters)
        self.channel = self.dice.choices(("email", "linkedin", "phone"), (55, 38, 7))[0]
        self._pursue()
        self._news()
        last = self.began - LATEST
        return [fact for fact in self.facts if fact.at <= last]

    def _chance(self, of: float) -> bool:
        return self.dice.random() < of

    def _note(self, type_name: str, shortest: float, longest: float, *, ours: bool = True, **data: Any) -> None:
        """Something happens so many days later: what we do in working hours, what the person does also in the evening."""
        self.now += timedelta(days=self.dice.uniform(shortest, longest))
        if ours:
            self.now = working_time_after(self.now, self.person.home, self.dice.randrange(420))
        self.facts.append(Fact(self.now, type_name, data))

    def _step(self, type_name: str, shortest: float, longest: float, *, ours: bool = True, **data: Any) -> None:
        position = self.person.opening.reference
        self._note(f"pursuit.{type_name}", shortest, longest, ours=ours, position=position, **data)

    def _contact(self, shortest: float, longest: float, **data: Any) -> None:
        words = {"kind": "call"} if self.channel == "phone" else {"words": self.dice.randrange(45, 130)}
        self._step("contacted", shortest, longest, channel=self.channel, recruiter=self.recruiter, **words, **data)

    def _answer_them(self) -> None:
        """Mostly within a day; now and then after several, and a few are forgotten."""
        if self._chance(0.04):
            return
        slow = self._chance(0.12)
        self._contact(4 if slow else 0.05, 6 if slow else 1.2, purpose="reply")

    def _pursue(self) -> None:
        if self._chance(0.17):
            self._step("applied", 0, 0, ours=False, via=self.dice.choice(("inbound", "inbound", "referral")))
            self._answer_them()
            self._step("screened", 1, 4, recruiter=self.recruiter)
            if self._chance(0.45):
                self._close("rejected")
                return
        elif not self._outreach() or not self._conversation():
            return
        self._interviews()

    def _outreach(self) -> bool:
        """Up to three touches, a week and more apart; whether the person answers."""
        role = self.dice.choices(("recruiter", "hiring_manager", "peer"), (70, 22, 8))[0]
        self._step("sourced", 0, 0, via=self.dice.choice(VIAS), recruiter=self.recruiter)
        for number, answers in enumerate(ANSWERS):
            self._contact(0.1 if number == 0 else 7.2, 2 if number == 0 else 10, sender_role=role, template=f"touch-{number + 1}")
            if self._chance(0.04):
                self._step("responded", 0.01, 0.05, ours=False, channel=self.channel, auto=True)
            if self._chance(answers + (0.14 if role == "hiring_manager" else 0)):
                return True
            if self._chance(0.25):
                return False
        return False

    def _conversation(self) -> bool:
        """Their answer and ours; whether they want to hear more."""
        if self._chance(0.16):
            self._close("declined", 0.1, 4)
            return False
        mood = self.dice.choices(("positive", "neutral", "negative"), (48, 36, 16))[0]
        self._step("responded", 0.05, 4, ours=False, channel=self.channel, mood=mood, words=self.dice.randrange(20, 190))
        self._answer_them()
        if mood == "negative" or self._chance(0.28):
            self._close("declined", 0.5, 5)
            return False
        if self._chance(0.08):
            return False
        self._step("interested", 0.3, 3, ours=False)
        self._answer_them()
        self._step("screened", 1, 5, recruiter=self.recruiter)
        if self._chance(0.2):
            self._close(self.dice.choice(("declined", "rejected")))
            return False
        return True

    def _interviews(self) -> None:
        opening = self.person.opening
        if opening.sponsor_decides or self._chance(0.4):
            self._step("submitted", 0.5, 3, sponsor=opening.record["sponsor"], recruiter=self.recruiter)
        self._step("interview_scheduled", 0.5, 3, at=self._ahead(3), recruiter=self.recruiter)
        if self._chance(0.07):
            self._step("no_show", 2, 4)
            return
        self._step("interviewed", 2, 5, recruiter=self.recruiter)
        score = self.dice.randrange(42, 97)
        self._step("evaluated", 0.1, 1, score=score, by=self.dice.choice(("jonas", "dorothea", "ines")), stage="interviewing")
        has_heard = self._chance(0.86)
        if has_heard:
            self._step("feedback_given", 0.5, 4, words=self.dice.randrange(60, 180), recruiter=self.recruiter)
        if self._chance(0.5):
            self._note("candidate.rated_us", 0.5, 3, ours=False, score=self.dice.randrange(6, 11) - (0 if has_heard else 4))
        if score < 60 or self._chance(0.2):
            self._close(self.dice.choice(("rejected", "rejected", "declined")))
        elif self.vacancies.is_filled(opening) and self._chance(0.5):
            self._close("rejected")
        elif self.vacancies.is_filled(opening) or self._chance(0.1):
            self._step("rejected", 1, 4, by="team", reason="preferred_another", facts={"rank": self.dice.choice((2, 2, 3))})
            self._feedback()
        else:
            self._offer()

    def _offer(self) -> None:
        opening = self.person.opening
        amount = round(opening.pays_to * self.dice.uniform(0.92, 1), -3)
        currency = opening.record["salary"]["currency"]
        self._step("offered", 1, 4, amount=amount, currency=currency, recruiter=self.recruiter)
        if self._chance(0.28):
            asked = {"reason": "salary", "asked": amount + self.dice.choice((6_000, 9_000)), "currency": currency}
            facts = self.dice.choice((asked, {"reason": "counter_offer", "start_on": self._day(10)}))
            self._step("declined", 1, 5, ours=False, reason="offer_declined", facts=facts)
            return
        self._step("offer_accepted", 1, 4, ours=False)
        self._step("hired", 0.2, 2, start_on=self._day(21))
        self.vacancies.take(opening)
        self._step("started", 14, 24)
        if self.vacancies.leaves_early():
            self._step("left", 25, 30, ours=False)
        elif self._chance(0.6):
            self._note("candidate.rated_us", 3, 6, ours=False, score=self.dice.randrange(8, 11))

    def _close(self, how: str, shortest: float = 0.5, longest: float = 5) -> None:
        data = close_of(self.dice, how, self.person, self.now)
        self._step(how, shortest, longest, ours=how == "rejected", **data)
        if how == "rejected":
            self._feedback()
        elif self._chance(0.3):
            self._contact(0.1, 1, purpose="closing")
        if self._chance(0.12):
            self._note("candidate.rated_us", 0.5, 4, ours=False, score=self.dice.randrange(3, 10))

    def _feedback(self) -> None:
        if self._chance(0.85):
            self._step("feedback_given", 0.3, 4, words=self.dice.randrange(40, 160), recruiter=self.recruiter)

    def _news(self) -> None:
        """What is heard of people later, and what they ask for."""
        if self._chance(0.14):
            signal = self.dice.choice(("promoted", "new_job", "project_ended", "profile_updated", "relocated", "anniversary"))
            self._note("candidate.signal_observed", 12, 45, signal=signal)
        if self._chance(0.08):
            days = self.dice.choice((30, 60, 90))
            self._note("candidate.cadence_chosen", 0.5, 8, ours=False, every_days=days, channel=self.channel)
        if self._chance(0.03):
            self._note("candidate.unsubscribed", 0.5, 8, ours=False, channel=self.channel)
        if self._chance(0.25):
            self._note("candidate.consent_given", 0, 2, ours=False, basis="consent", expires_on=self._day(365))

    def _day(self, days: int) -> str:
        return (self.now + timedelta(days=days)).date().isoformat()

    def _ahead(self, days: int) -> str:
        at = working_time_after(self.now + timedelta(days=days), self.person.home, 90)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def lives_of(people: Iterator[tuple[Person, float]], dice: random.Random, began: datetime) -> Iterator[tuple[Person, list[Fact]]]:
    """The facts of each person, who came into view so many days before the demo began."""
    vacancies = Vacancies()
    for person, days in people:
        enters = working_time_after(began - timedelta(days=days), person.home, dice.randrange(420))
        yield person, Life(dice, person, began, vacancies, enters).live()
