"""The API document's "Attempts" section once more, written naively and apart from the fold, to compare it with.

An attempt is a list of what happened to it, and every question about it is answered by looking through that list. Nothing of
``shared.attempts`` but the form of a fact is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.attempts import FoldFact, fact_of
from shared.events.vocabulary import HARD_NOS, Stage

STRONG = ("declined", "rejected", "withdrawn")
WEAK = ("ghosted", "no_show", "position_closed")
ORDER = list(Stage)
CONTACTED, RESPONDED = ORDER.index(Stage.CONTACTED), ORDER.index(Stage.RESPONDED)
OWN_WORDS = {"applied": "interested", "screened": "screening", "interviewed": "interviewing", "offer_accepted": "offered"}
THIRTY_DAYS = timedelta(days=30)


@dataclass
class NaiveAttempt:
    """One attempt: facts and what time brought (a ghosting, the position's closing), in order."""

    happened: list[FoldFact] = field(default_factory=list)

    @property
    def is_outbound(self) -> bool:
        return self.happened[0].name != "applied"

    def stages(self) -> list[tuple[int, Stage, FoldFact]]:
        """Where, which stage, by which fact; without entered stages that a later entered one took back."""
        found = []
        for place, one in enumerate(self.happened):
            stage = stage_of(one)
            if stage is None:
                continue
            later = [stage_of(two) for two in self.happened[place + 1 :] if two.name == "stage_entered"]
            taken_back = any(two is not None and ORDER.index(two) < ORDER.index(stage) for two in later)
            if one.name != "stage_entered" or not taken_back:
                found.append((place, stage, one))
        return found

    def recorded(self) -> dict[Stage, datetime]:
        """The time of the first fact of each very stage."""
        found = self.stages()
        return {stage: min(one.time for _, two, one in found if two is stage) for _, stage, _ in found}

    def reached(self) -> dict[Stage, datetime]:
        """Recorded stages, a decline that is the first response, and all that these imply."""
        known = self.recorded()
        response = self.response()
        if response is not None and self.happened[response].name == "declined":
            known[Stage.RESPONDED] = self.happened[response].time
        found = {}
        for number, stage in enumerate(ORDER):
            later = [at for other, at in known.items() if ORDER.index(other) > number]
            if stage in known:
                found[stage] = known[stage]
            elif later and stage is not Stage.SUBMITTED and (self.is_outbound or number not in {CONTACTED, RESPONDED}):
                found[stage] = min(later)
        return found

    def response(self) -> int | None:
        """Where the first response is."""
        for place, one in enumerate(self.happened):
            if one.name == "responded" and not one.data.get("auto"):
                return place
            later_stage = any(before < place and ORDER.index(stage) > CONTACTED for before, stage, _ in self.stages())
            if one.name == "declined" and self.is_outbound and not later_stage:
                return place
        return None

    def touches(self) -> list[int]:
        """Where the touches are."""
        return [place for place, one in enumerate(self.happened) if is_touch(one)]

    def hires(self) -> list[int]:
        return [place for place, stage, _ in self.stages() if stage is Stage.HIRED]

    def decided(self) -> FoldFact | None:
        """What decides how it ended: a hire, a close, or nothing yet."""
        strong = [place for place, one in enumerate(self.happened) if one.name in STRONG]
        if self.hires() or strong:
            return self.happened[max(self.hires() + strong)]
        weak = [place for place, one in enumerate(self.happened) if one.name in WEAK]
        if weak and not any(_lifts(one) for one in self.happened[weak[-1] + 1 :]):
            return self.happened[weak[-1]]
        return None

    def close(self) -> FoldFact | None:
        """The deciding close."""
        ended = self.decided()
        return None if ended is None or stage_of(ended) is Stage.HIRED else ended

    def is_followed_by(self, one: FoldFact) -> bool:
        """Whether a fact begins the next attempt."""
        ended = self.decided()
        if ended is None:
            return False
        begins = one.name in {"sourced", "applied"} or is_touch(one)
        if ended.name in WEAK:
            return begins
        if ended.name not in STRONG and not any(two.name == "left" for two in self.happened[self.hires()[-1] :]):
            return False
        happily = one.name == "responded" and one.data.get("mood") == "positive" and not one.data.get("auto")
        return begins or one.name == "interested" or happily

    def silence_ends(self) -> datetime | None:
        """When thirty days after the last touch are over, if nothing has answered it so far."""
        if not self.touches():
            return None
        last = self.touches()[-1]
        for one in self.happened[last + 1 :]:
            stage = stage_of(one)
            if one.name == "declined" or (stage is not None and ORDER.index(stage) > CONTACTED):
                return None
        return self.happened[last].time + THIRTY_DAYS

    def is_unanswered(self) -> bool:
        later = any(ORDER.index(stage) > CONTACTED for _, stage, _ in self.stages())
        answers = [one for one in self.happened if one.name == "declined"]
        return Stage.CONTACTED in self.reached() and self.response() is None and not later and not answers

    def outcome(self) -> str:
        close, ended = self.close(), self.decided()
        if close is not None:
            return "hard_no" if close.data.get("reason") in HARD_NOS else "soft_no"
        if ended is not None:
            return "hired"
        if Stage.INTERESTED in self.reached():
            return "in_play"
        return "waiting" if self.is_unanswered() else "open"

    def interest(self) -> str:
        close = self.close()
        if Stage.INTERESTED in self.reached():
            return "interested"
        return "uninterested" if close is not None and close.name == "declined" else "unknown"

    def of_first_touch(self, name: str) -> Any:
        """A field of the first touch, else of the first fact that has it."""
        first = [self.happened[place] for place in self.touches()[:1]]
        return next((one.data[name] for one in [*first, *self.happened] if one.data.get(name) is not None), None)


def stage_of(one: FoldFact) -> Stage | None:
    """The stage that a fact reaches."""
    if one.name == "stage_entered":
        return Stage(one.data["stage"])
    if one.name == "responded" and one.data.get("auto"):
        return None
    word = OWN_WORDS.get(one.name, one.name)
    return Stage(word) if word in ORDER else None


def is_broadcast(one: FoldFact) -> bool:
    return one.name == "contacted" and one.data.get("kind") in ("newsletter", "event_invite")


def is_touch(one: FoldFact) -> bool:
    return one.name == "contacted" and one.data.get("purpose") in (None, "outreach") and not is_broadcast(one)


def _lifts(one: FoldFact) -> bool:
    return stage_of(one) is not None and one.name != "contacted"


def in_order(facts: Sequence[FoldFact]) -> list[FoldFact]:
    """By time, then sourced, applied, the stages with ``stage_entered`` behind, other facts, closes, then by id."""
    return sorted(facts, key=lambda one: (one.time, _rank(one), one.id))


def _rank(one: FoldFact) -> tuple[int, ...]:
    stage = stage_of(one)
    if one.name in STRONG + WEAK:
        return (4,)
    if stage is None:
        return (3,)
    if one.name in {"sourced", "applied"}:
        return (0 if one.name == "sourced" else 1,)
    return (2, ORDER.index(stage), int(one.name == "stage_entered"))


def _brought(name: str, time: datetime, like: FoldFact) -> FoldFact:
    return fact_of(like.id, f"rekindle.pursuit.{name}", time, {"brought_by_time": True})


def attempts_of(facts: Sequence[FoldFact], closings: Sequence[datetime], until: datetime) -> list[NaiveAttempt]:
    """The attempts that facts (in order, none retracted) and the position's closing times make, up to a time.

    ``until`` lies behind all of them.
    """
    attempts: list[NaiveAttempt] = []
    silences: set[tuple[int, datetime]] = set()
    moments = [(time, 1, None) for time in closings] + [(one.time, 0, one) for one in facts] + [(until, 2, None)]
    for time, kind, one in sorted(moments, key=lambda moment: moment[:2]):
        if attempts:
            _let_time_pass(attempts, silences, time, inclusive=kind > 0)
        if one is not None:
            if not attempts and is_broadcast(one):
                continue
            if not attempts or attempts[-1].is_followed_by(one):
                attempts.append(NaiveAttempt())
            attempts[-1].happened.append(one)
        elif kind == 1 and attempts and attempts[-1].decided() is None:
            attempts[-1].happened.append(_brought("position_closed", time, attempts[-1].happened[0]))
    return attempts


def _let_time_pass(attempts: list[NaiveAttempt], silences: set[tuple[int, datetime]], time: datetime, *, inclusive: bool) -> None:
    """At the end of a silence an attempt that is open is ghosted; each silence ends once."""
    ends = attempts[-1].silence_ends()
    if ends is None or ends > time or (ends == time and not inclusive) or (len(attempts), ends) in silences:
        return
    silences.add((len(attempts), ends))
    if attempts[-1].decided() is None:
        attempts[-1].happened.append(_brought("ghosted", ends, attempts[-1].happened[0]))


def not_retracted(facts: Sequence[FoldFact]) -> list[FoldFact]:
    """The facts that no retraction takes out, in order. All are of one pursuit."""
    retractions = [one for one in facts if one.name == "rekindle.event.retracted"]
    ordered = in_order([one for one in facts if one not in retractions])
    return [one for one in ordered if not any(_takes_out(retraction, one, ordered) for retraction in retractions)]


def _takes_out(retraction: FoldFact, one: FoldFact, ordered: list[FoldFact]) -> bool:
    if "event" in retraction.data:
        return bool(retraction.data["event"] == str(one.id))
    if one.time > retraction.time:
        return False
    if retraction.data.get("whole"):
        return True
    name = retraction.data["type"].rpartition(".")[2]
    if one.name != name:
        return False
    later = [two for two in ordered[ordered.index(one) + 1 :] if two.time <= retraction.time]
    same = [place for place, two in enumerate(later) if two.name == name]
    if not same:
        return True
    return not any(_parts(two, name) for two in [one, *later[: same[-1] + 1]])


def _parts(two: FoldFact, name: str) -> bool:
    """Whether a fact, between two of one name or one of them, says that these are two things and not two reports of one."""
    if is_touch(two):
        return True
    if two.name in {name, "contacted"}:
        return False
    return stage_of(two) is not None or two.name in STRONG + WEAK
