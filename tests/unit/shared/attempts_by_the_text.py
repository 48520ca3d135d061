"""The API document's "Attempts" section once more, written naively and apart from the fold, to compare it with.

An attempt is a list of what happened to it, and every question about it is answered by looking through that list.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.attempts import FoldFact, fact_of
from shared.events.vocabulary import Stage

STRONG = ("declined", "rejected", "withdrawn")
WEAK = ("ghosted", "no_show", "position_closed")
ORDER = list(Stage)
THIRTY_DAYS = timedelta(days=30)


@dataclass
class Told:
    """One attempt: facts and what time brought (a ghosting, the position's closing), in order."""

    happened: list[FoldFact] = field(default_factory=list)

    def stages(self) -> list[tuple[int, Stage, FoldFact]]:
        """Where, which stage, by which fact; without entered stages that a later entered one took back."""
        found = []
        for place, one in enumerate(self.happened):
            if one.stage is None:
                continue
            later = [two.stage for two in self.happened[place + 1 :] if two.name == "stage_entered"]
            taken_back = any(stage is not None and ORDER.index(stage) < ORDER.index(one.stage) for stage in later)
            if one.name != "stage_entered" or not taken_back:
                found.append((place, one.stage, one))
        return found

    def decided(self) -> FoldFact | None:
        """What decides how it ended: a hire, a close, or nothing yet."""
        hires = [place for place, stage, _ in self.stages() if stage is Stage.HIRED]
        strong = [place for place, one in enumerate(self.happened) if one.name in STRONG]
        if hires or strong:
            return self.happened[max(hires + strong)]
        weak = [place for place, one in enumerate(self.happened) if one.name in WEAK]
        if weak and not any(_lifts(one) for one in self.happened[weak[-1] + 1 :]):
            return self.happened[weak[-1]]
        return None

    def is_begun_anew_by(self, one: FoldFact) -> bool:
        ended = self.decided()
        if ended is None or ended.stage is Stage.HIRED:
            return False
        if one.name in ("sourced", "applied") or _is_outreach(one):
            return True
        return ended.name in STRONG and (
            one.name == "interested" or (one.name == "responded" and one.data.get("mood") == "positive")
        )

    def silence_ends(self) -> datetime | None:
        """When thirty days after the last touch are over, if nothing has answered it so far."""
        touches = [place for place, one in enumerate(self.happened) if _is_outreach(one)]
        if not touches:
            return None
        after = self.happened[touches[-1] + 1 :]
        if any(one.stage is not None and ORDER.index(one.stage) > 1 for one in after):
            return None
        return self.happened[touches[-1]].time + THIRTY_DAYS


def _is_outreach(one: FoldFact) -> bool:
    return one.name == "contacted" and one.data.get("purpose") in (None, "outreach")


def _lifts(one: FoldFact) -> bool:
    return one.stage is not None and one.name != "contacted"


def _brought(name: str, time: datetime, like: FoldFact) -> FoldFact:
    return fact_of(like.id, f"rekindle.pursuit.{name}", time, {"brought_by_time": True})


def tell(facts: Sequence[FoldFact], closings: Sequence[datetime], until: datetime) -> list[Told]:
    """The attempts that facts (in order, none retracted) and the position's closing times make, up to a time.

    ``until`` lies behind all of them.
    """
    attempts: list[Told] = []
    silences: set[tuple[int, datetime]] = set()
    moments = [(time, 1, None) for time in closings] + [(one.time, 0, one) for one in facts] + [(until, 2, None)]
    for time, kind, one in sorted(moments, key=lambda moment: moment[:2]):
        if attempts:
            _let_time_pass(attempts, silences, time, inclusive=kind > 0)
        if one is not None:
            if not attempts or attempts[-1].is_begun_anew_by(one):
                attempts.append(Told())
            attempts[-1].happened.append(one)
        elif kind == 1 and attempts and attempts[-1].decided() is None:
            attempts[-1].happened.append(_brought("position_closed", time, attempts[-1].happened[0]))
    return attempts


def _let_time_pass(attempts: list[Told], silences: set[tuple[int, datetime]], time: datetime, *, inclusive: bool) -> None:
    """At the end of a silence an attempt that is open is ghosted; each silence ends once."""
    ends = attempts[-1].silence_ends()
    if ends is None or ends > time or (ends == time and not inclusive) or (len(attempts), ends) in silences:
        return
    silences.add((len(attempts), ends))
    if attempts[-1].decided() is None:
        attempts[-1].happened.append(_brought("ghosted", ends, attempts[-1].happened[0]))


def happened(facts: Sequence[FoldFact]) -> list[FoldFact]:
    """The facts that no retraction takes out, in order. All are of one pursuit."""
    retractions = [one for one in facts if one.name == "rekindle.event.retracted"]
    ordered = sorted((one for one in facts if one not in retractions), key=lambda one: one.order)
    return [one for one in ordered if not any(_takes_out(retraction, one, ordered) for retraction in retractions)]


def _takes_out(retraction: FoldFact, one: FoldFact, ordered: list[FoldFact]) -> bool:
    if "event" in retraction.data:
        return bool(retraction.data["event"] == str(one.id))
    if one.time > retraction.time:
        return False
    if "whole" in retraction.data:
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
    if _is_outreach(two):
        return True
    if two.name in {name, "contacted"}:
        return False
    return two.stage is not None or two.name in STRONG + WEAK
