"""What happens between a hiring team and one person, as steps: without times of day and positions, which a year gives them."""

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from rekindle.simulation.openings import COUNTRIES, CURRENCIES, LEVELS, SKILLS, SPONSORS, place

CHANNELS = ("email", "email", "email", "linkedin", "linkedin", "phone", "sms")
SOFT = (
    "salary", "salary", "availability", "location", "experience", "skills", "role_fit", "timing", "timing", "accepted_elsewhere",
    "counter_offer", "unspecified",
)  # fmt: skip
ROLES = ("Data engineer", "Backend Engineer", "engineer", "payments", "Site reliability engineer")
HARD = ("career_change", "falsified_record", "permanently_unavailable", "conduct_violation", "client_complaint", "do_not_contact")
SIGNALS = ("promoted", "new_job", "project_ended", "relocated", "anniversary", "profile_updated", "laid_off")


@dataclass(frozen=True, slots=True)
class Step:
    """One fact. ``gap`` is the days since the step before; between pursuits it may be stretched or shortened.

    ``position``: None for a fact of the person; else the pursuit's, and a number from 0 to 1 where a pursuit begins, by which
    the year chooses among what is open then.
    """

    gap: float
    type: str
    data: dict[str, Any]
    is_of_pursuit: bool = True
    chooses: float | None = None


def life(dice: random.Random, recruiters: int, first_day: date, facts: int) -> Iterator[Step]:
    """Exactly so many steps, pursuit after pursuit. Dates in the facts lie within the two years after ``first_day``."""
    return islice(_endless(_Dice(dice, recruiters, first_day)), facts)


class _Dice:
    """What the steps are drawn with."""

    def __init__(self, dice: random.Random, recruiters: int, first_day: date) -> None:
        self.dice = dice
        self.first_day = first_day
        self.recruiter = f"r{dice.randrange(recruiters):02}"
        self.channel = dice.choice(CHANNELS)
        self.recruiters = recruiters

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    def days(self, shortest: float, longest: float) -> float:
        return self.dice.uniform(shortest, longest)

    def day(self) -> str:
        return (self.first_day + timedelta(days=self.dice.randrange(730))).isoformat()

    def change_recruiter(self) -> None:
        if self.chance(0.3):
            self.recruiter = f"r{self.dice.randrange(self.recruiters):02}"
        self.channel = self.dice.choice(CHANNELS)


def _endless(roll: _Dice) -> Iterator[Step]:
    is_ours = False
    while True:
        if is_ours or roll.chance(0.35):
            yield from _of_person(roll)
        if not is_ours:
            roll.change_recruiter()
            is_ours = yield from _pursuit(roll)


def _begin(roll: _Dice, type_name: str, **data: Any) -> Step:
    return Step(roll.days(20, 150), type_name, data, chooses=roll.dice.random())


def _then(roll: _Dice, shortest: float, longest: float, type_name: str, **data: Any) -> Step:
    return Step(roll.days(shortest, longest), f"pursuit.{type_name}", data)


def _contact(roll: _Dice, **data: Any) -> dict[str, Any]:
    return {"channel": roll.channel, "recruiter": roll.recruiter, "words": roll.dice.randrange(20, 200), **data}


def _pursuit(roll: _Dice) -> Generator[Step, None, bool]:
    """One attempt, from its beginning to wherever it gets; returns whether the person was hired and stays."""
    if roll.chance(0.15):
        yield _begin(roll, "pursuit.applied", via="inbound")
        if roll.chance(0.7):
            yield _then(roll, 0.1, 5, "contacted", **_contact(roll, purpose="reply"))
    elif not (yield from _outreach(roll)) or not (yield from _conversation(roll)):
        return False
    yield _then(roll, 0.5, 8, "screened", recruiter=roll.recruiter)
    if roll.chance(0.35):
        yield _ending(roll)
        return False
    if not (yield from _interviews(roll)):
        return False
    return (yield from _offer(roll))


def _outreach(roll: _Dice) -> Generator[Step, None, bool]:
    """Up to four touches; returns whether the person answers the last of them."""
    for touch in range(roll.dice.randrange(1, 5)):
        if touch == 0 and roll.chance(0.4):
            yield _begin(roll, "pursuit.sourced", via=roll.dice.choice(("linkedin", "referral", "event")))
            yield _then(roll, 0.1, 3, "contacted", **_contact(roll))
        elif touch == 0:
            yield _begin(roll, "pursuit.contacted", **_contact(roll, sender_role="recruiter"))
        else:
            yield _then(roll, 2, 10, "contacted", **_contact(roll))
        if roll.chance(0.05):
            yield _then(roll, 0.01, 0.1, "responded", channel=roll.channel, auto=True)
        if roll.chance(0.35):
            return True
    if roll.chance(0.05):
        yield _then(roll, 20, 40, "ghosted")
    return False


def _conversation(roll: _Dice) -> Generator[Step, None, bool]:
    """The person's answer and ours; returns whether they are interested."""
    mood = roll.dice.choice(("positive", "neutral", "neutral", "negative"))
    if roll.chance(0.15):
        yield _then(roll, 0.1, 6, "declined", **_no(roll))
        return False
    yield _then(roll, 0.02, 6, "responded", channel=roll.channel, mood=mood, words=roll.dice.randrange(5, 150))
    if roll.chance(0.75):
        yield _then(roll, 0.1, 5, "contacted", **_contact(roll, purpose="reply"))
    if mood == "negative" or roll.chance(0.35):
        yield _then(roll, 0.5, 8, "declined", **_no(roll))
        return False
    if roll.chance(0.2):
        return False
    yield _then(roll, 0.1, 4, "interested")
    return True


def _interviews(roll: _Dice) -> Generator[Step, None, bool]:
    """Up to the decision; returns whether there is to be an offer."""
    if roll.chance(0.4):
        yield _then(roll, 0.5, 5, "submitted", sponsor=roll.dice.choice(SPONSORS))
    if roll.chance(0.1):
        yield _then(roll, 0.1, 3, "stage_entered", stage="interviewing", name="On site")
    yield _then(roll, 0.5, 4, "interview_scheduled")
    if roll.chance(0.1):
        yield _then(roll, 1, 5, "no_show")
        return False
    if roll.chance(0.1):
        yield _then(roll, 0.5, 4, "interview_cancelled")
    yield _then(roll, 1, 8, "interviewed")
    yield _then(roll, 0.1, 3, "evaluated", score=roll.dice.randrange(20, 100), by=roll.recruiter)
    if roll.chance(0.6):
        yield _then(roll, 0.2, 9, "feedback_given", words=roll.dice.randrange(20, 200))
    if roll.chance(0.6):
        yield _ending(roll)
        return False
    return True


def _offer(roll: _Dice) -> Generator[Step, None, bool]:
    """The offer and what comes of it; returns whether the person was hired and stays."""
    yield _then(roll, 1, 8, "offered", amount=roll.dice.randrange(60, 140) * 1000, currency="EUR")
    if roll.chance(0.3):
        reason = roll.dice.choice(("salary", "timing", "counter_offer"))
        facts = {"asked": roll.dice.randrange(70, 160) * 1000, "currency": "EUR"} if reason == "salary" else {}
        yield _then(roll, 0.5, 9, "declined", reason="offer_declined", facts={"reason": reason, **facts})
        return False
    if roll.chance(0.1):
        yield _then(roll, 0.5, 5, "offer_withdrawn")
        yield _then(roll, 0.1, 1, "rejected", by="team")
        return False
    yield _then(roll, 0.5, 6, "offer_accepted")
    yield _then(roll, 0.5, 5, "hired")
    yield _then(roll, 10, 60, "started")
    leaves = roll.chance(0.3)
    if leaves:
        yield _then(roll, 20, 90, "left")
    return not leaves


def _ending(roll: _Dice) -> Step:
    """How a pursuit ends that came to nothing."""
    kind = roll.dice.random()
    if kind < 0.35:
        return _then(roll, 0.5, 10, "declined", **_no(roll))
    if kind < 0.5:
        data = {"sponsor": roll.dice.choice(SPONSORS)} if roll.chance(0.5) else {}
        return _then(roll, 0.5, 10, "rejected", by="sponsor", reason="rejected_by_sponsor", facts=data)
    if kind < 0.65:
        rank = {"rank": roll.dice.randrange(2, 5)} if roll.chance(0.7) else {}
        return _then(roll, 0.5, 10, "rejected", by="team", reason="preferred_another", facts=rank)
    if kind < 0.85:
        reason = roll.dice.choice(("skills", "experience", "unspecified"))
        return _then(
            roll, 0.5, 10, "rejected", by=roll.dice.choice(("team", "sponsor")), reason=reason, facts=_facts(roll, reason)
        )
    if kind < 0.93:
        return _then(roll, 0.5, 10, "withdrawn")
    return _then(roll, 0.5, 10, "contacted", **_contact(roll, purpose="closing"))


def _no(roll: _Dice) -> dict[str, Any]:
    """Why somebody says no: now and then for good, sometimes for two reasons."""
    if roll.chance(0.04):
        return {"reason": roll.dice.choice(HARD), "evidence": "said so on the phone", "decided_by": roll.recruiter}
    reason = roll.dice.choice(SOFT)
    said: dict[str, Any] = {"reason": reason, "facts": _facts(roll, reason)}
    if roll.chance(0.15):
        other = roll.dice.choice([one for one in SOFT if one != reason])
        said["also"] = [{"reason": other, "facts": _facts(roll, other)}]
    return said


def _facts(roll: _Dice, reason: str) -> dict[str, Any]:
    """What was said beside the reason; now and then nothing was."""
    dice = roll.dice
    if roll.chance(0.2):
        return {}
    if reason == "salary":
        country = dice.choice(COUNTRIES)
        return {"asked": dice.randrange(50, 160) * 1000, "currency": CURRENCIES.get(country, "EUR")}
    if reason == "availability":
        return {"available_from": roll.day()}
    if reason == "location":
        places = [place(dice, dice.choice(COUNTRIES))]
        return {"locations": places, "remote": roll.chance(0.6)}
    if reason == "experience":
        return {"years_had": dice.randrange(1, 5), "years_needed": dice.randrange(3, 9)}
    if reason == "skills":
        return {"missing_skills": dice.sample(SKILLS, dice.randrange(1, 3))}
    if reason == "role_fit":
        wanted = dice.random()
        level = {"wanted_level": dice.choice(LEVELS)} if wanted < 0.7 else {}
        return level | ({"wanted_role": dice.choice(ROLES)} if wanted > 0.5 else {})
    if reason == "timing":
        return {"revisit_on": roll.day()}
    if reason in {"accepted_elsewhere", "counter_offer"}:
        return {"start_on": roll.day()}
    return {}


def _of_person(roll: _Dice) -> Iterator[Step]:
    """News, choices and mishaps that belong to no pursuit."""
    for _ in range(roll.dice.randrange(1, 3)):
        kind, data = _news(roll)
        yield Step(roll.days(5, 60), kind, data, is_of_pursuit=False)
        if kind == "candidate.unsubscribed" and roll.chance(0.3):
            yield Step(roll.days(5, 40), "candidate.resubscribed", data, is_of_pursuit=False)
        if kind == "candidate.hard_no_set" and roll.chance(0.5):
            lift = data | {"evidence": "wrote again", "by": "candidate"}
            yield Step(roll.days(10, 80), "candidate.hard_no_lifted", lift, is_of_pursuit=False)


def _news(roll: _Dice) -> tuple[str, dict[str, Any]]:
    kind = roll.dice.random()
    if kind < 0.3:
        return "candidate.signal_observed", {"signal": roll.dice.choice(SIGNALS)}
    if kind < 0.45:
        newsletter = roll.dice.choice(("newsletter", "event_invite"))
        return "pursuit.contacted", {"channel": "email", "kind": newsletter, "recruiter": roll.recruiter}
    if kind < 0.55:
        channels = {"channels": roll.dice.sample(("email", "linkedin", "phone"), 2)} if roll.chance(0.4) else {}
        return "candidate.cadence_chosen", {"every_days": roll.dice.choice((14, 30, 90)), **channels}
    if kind < 0.65:
        return "candidate.followup_promised", {"due_in_days": roll.dice.randrange(2, 40), "about": "the new team"}
    if kind < 0.75:
        expiring = {"expires_on": roll.day()} if roll.chance(0.5) else {}
        return "candidate.consent_given", {"basis": "legitimate_interest" if expiring else "consent", **expiring}
    if kind < 0.78:
        return "candidate.consent_withdrawn", {"basis": "consent"}
    if kind < 0.84:
        return "candidate.unsubscribed", {"channel": roll.dice.choice(("email", "email", "linkedin"))}
    if kind < 0.9:
        return "candidate.bounced", {"channel": "email"}
    if kind < 0.92:
        return "candidate.complained", {"channel": roll.channel}
    if kind < 0.97:
        return "candidate.rated_us", {"score": roll.dice.randrange(11)}
    return "candidate.hard_no_set", {
        "reason": roll.dice.choice(HARD),
        "evidence": "said so at a fair",
        "decided_by": roll.recruiter,
    }
