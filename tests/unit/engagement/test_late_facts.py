"""Late and retracted facts, by property: whatever comes first, a person ends up as if everything had come in order.

What the clock puts on record on the way (a ghosting, a closing) is arrived too, and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.derive import Derived, Person, Policy, derive
from services.engagement.domain.facts import PersonFact
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import GHOST_AFTER
from shared.events.vocabulary import Stage
from shared.ids import event_id, position_id
from tests.unit.engagement.story import ADA, day

BEGIN = day("2026-01-01")
NOW = day("2027-06-01")
POLICY = Policy(ReturnPolicy(), GHOST_AFTER)
STREAMS = (ADA, UUID(int=2))
POSITIONS = [position_id("ats:a"), position_id("ats:b")]
HARD = {"reason": "do_not_contact", "evidence": "wrote so", "decided_by": "maria"}
OF_PURSUIT: list[tuple[str, dict[str, Any]]] = [
    *(
        (kind, {})
        for kind in ("sourced", "applied", "interested", "screened", "interviewed", "no_show", "offered", "hired", "left")
    ),
    *((kind, {}) for kind in ("withdrawn", "ghosted", "feedback_given")),
    *[("contacted", {"channel": "email"})] * 3,
    ("contacted", {"channel": "email", "purpose": "reply"}),
    ("responded", {"mood": "positive"}),
    ("responded", {"mood": "negative"}),
    ("responded", {"auto": True}),
    ("stage_entered", {"stage": Stage.SCREENING.value}),
    ("declined", {"reason": "salary", "facts": {"asked": 85000, "currency": "EUR"}}),
    ("declined", {"reason": "timing", "also": [{"reason": "location", "facts": {"remote": True}}]}),
    ("declined", HARD),
    ("rejected", {"reason": "preferred_another", "by": "team"}),
    ("rejected", {"by": "sponsor"}),
]
OF_PERSON: list[tuple[str, dict[str, Any]]] = [
    ("signal_observed", {"signal": "laid_off"}),
    ("hard_no_set", HARD),
    ("hard_no_lifted", {**HARD, "by": "candidate"}),
    ("unsubscribed", {"channel": "email"}),
    ("cadence_chosen", {"every_days": 30}),
    ("consent_given", {"basis": "consent", "expires_on": "2026-05-01"}),
    ("followup_promised", {"due_at": "2026-03-01T09:00:00Z"}),
]


def fact(number: int, kind: str, at: datetime, stream: UUID, position: UUID | None, data: dict[str, Any]) -> PersonFact:
    named = {} if position is None else {"position": str(position)}
    return PersonFact(stream, event_id("ats", str(number)), f"rekindle.{kind}", at, position, {**data, **named})


@st.composite
def histories(draw: st.DrawFn) -> list[PersonFact]:
    """A person's facts and retractions, of two references and two positions, at times of their own."""
    made: list[PersonFact] = []
    for number, hour in enumerate(draw(st.lists(st.integers(0, 24 * 300), min_size=2, max_size=14, unique=True))):
        at, stream = BEGIN + timedelta(hours=hour), draw(st.sampled_from(STREAMS))
        of_person = draw(st.integers(0, 4)) == 0
        kind, data = draw(st.sampled_from(OF_PERSON if of_person else OF_PURSUIT))
        where = None if of_person else draw(st.sampled_from(POSITIONS))
        made.append(fact(number, f"{'candidate' if of_person else 'pursuit'}.{kind}", at, stream, where, data))
    for number in range(draw(st.integers(0, 3))):
        taken = draw(st.sampled_from(made))
        at = taken.time + timedelta(hours=draw(st.integers(0, 500)), minutes=1)
        how = draw(st.sampled_from(["name", "type", "whole"]))
        if how == "name" or taken.position is None:
            made.append(fact(100 + number, "event.retracted", at, taken.stream, None, {"event": str(taken.id)}))
        else:
            data = {"type": taken.type} if how == "type" else {"whole": True}
            made.append(fact(100 + number, "event.retracted", at, taken.stream, taken.position, data))
    return made


closings = st.dictionaries(
    st.sampled_from(POSITIONS), st.lists(st.integers(0, 300).map(lambda on: BEGIN + timedelta(days=on)), max_size=2), max_size=2
)


def derived(facts: Sequence[PersonFact], closed: dict[UUID, list[datetime]], now: datetime) -> Derived:
    past = {position: [at for at in times if at <= now] for position, times in closed.items()}
    return derive(Person(ADA, facts, past), POLICY, now=now)


def compared(one: Derived) -> dict[str, Any]:
    """Everything that follows, but what the clock has yet to put on record, which depends on what it has."""
    parts = {name: getattr(one, name) for name in one.__slots__ if name != "clock"}
    parts["rows"] = {position: (row.attempt, row.stage, row.status, row.close_kind) for position, row in one.rows.items()}
    return parts


@given(histories(), closings, st.data())
def test_any_order_of_arrival_gives_what_the_order_of_events_gives(
    facts: list[PersonFact], closed: dict[UUID, list[datetime]], data: st.DataObject
) -> None:
    in_order = derived(sorted(facts, key=lambda one: one.time), closed, NOW)

    assert compared(derived(data.draw(st.permutations(facts)), closed, NOW)) == compared(in_order)


@given(histories(), closings, st.data())
def test_what_the_clock_put_on_record_meanwhile_changes_nothing(
    facts: list[PersonFact], closed: dict[UUID, list[datetime]], data: st.DataObject
) -> None:
    in_order = derived(sorted(facts, key=lambda one: one.time), closed, NOW)
    arrived: list[PersonFact] = []
    for one in data.draw(st.permutations(facts)):
        arrived.append(one)
        if data.draw(st.booleans()):
            arrived += on_record(derived(arrived, closed, NOW))

    assert compared(derived(arrived, closed, NOW)) == compared(in_order)


def on_record(so_far: Derived) -> list[PersonFact]:
    """What the clock makes facts of."""
    return [
        PersonFact(ADA, one.event_id, one.type, one.time, one.position_id, {"position": str(one.position_id), "by_clock": True})
        for one in so_far.clock
    ]


def test_an_item_of_a_ghosting_goes_with_the_reply_that_was_earlier() -> None:
    where = POSITIONS[0]
    touch = fact(1, "pursuit.contacted", BEGIN, ADA, where, {"channel": "email"})
    ghosted = derived([touch], {}, NOW)
    assert ghosted.item is not None

    reply = fact(2, "pursuit.interested", BEGIN + timedelta(days=3), ADA, where, {})
    late = derived([touch, *on_record(ghosted), reply], {}, NOW)

    assert late.item is None
    assert late.rows[where].status == "open"


def test_an_unhire_gives_the_soft_no_elsewhere_back() -> None:
    no = fact(1, "pursuit.declined", BEGIN, ADA, POSITIONS[0], {"reason": "timing"})
    hired = fact(2, "pursuit.hired", BEGIN + timedelta(days=9), ADA, POSITIONS[1], {})
    undone = fact(3, "event.retracted", BEGIN + timedelta(days=20), ADA, None, {"event": str(hired.id)})

    assert derived([no, hired], {}, NOW).item is None
    back = derived([no, hired, undone], {}, NOW).item
    assert back is not None
    assert back == derived([no], {}, NOW).item
