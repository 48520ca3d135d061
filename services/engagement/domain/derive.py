"""Everything that is derived of a person, from all their facts at once.

Pure: the same facts, positions, queue log and policy give the same pursuits and the same queue item, whatever came first. The
next derived thing of a person is a field of ``Derived`` and a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.engagement.domain.brought_back import brought_back, candidate_of, kept_while_claimed
from services.engagement.domain.cleansing import DataFinding, data_findings
from services.engagement.domain.contact import Breach, ContactPolicies, breaches_of, place_of
from services.engagement.domain.contact.policy import ALWAYS_THE_DEFAULTS
from services.engagement.domain.debts import debts_of
from services.engagement.domain.facts import PersonFact, by_position
from services.engagement.domain.gained import NOTHING_GAINED, Gained
from services.engagement.domain.history import fold_facts, history_of
from services.engagement.domain.matching import Opening, PositionState
from services.engagement.domain.matching.rows import ConditionRow
from services.engagement.domain.matching.rows import rows_of as condition_rows
from services.engagement.domain.obligations import Obligation, ObligationPolicy, Waiver, obligations_of
from services.engagement.domain.pursuit_view import ClockRecord, PursuitRow, clock_record, row_of
from services.engagement.domain.queue import QueueItem, item_of, may_have_item
from services.engagement.domain.queue_log import QueueEntry, handled
from services.engagement.domain.reopening import soft_nos_of, tier_of
from services.engagement.domain.return_plans import PlanRow, rows_of
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import Pursuit, hard_nos
from shared.events.vocabulary import Tier
from shared.fit import NO_RATES, NOTHING_KNOWN, Profile, Rates
from shared.ids import pursuit_id


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person. ``closings`` are the times at which positions closed, none later than now.

    ``declined`` are the positions of their pursuits, as far as they are known, ``openings`` all that are open.
    """

    id: UUID
    facts: Sequence[PersonFact] = ()
    closings: Mapping[UUID, Sequence[datetime]] = field(default_factory=dict)
    queue_log: Sequence[QueueEntry] = ()
    profile: Profile = NOTHING_KNOWN
    declined: Mapping[UUID, PositionState] = field(default_factory=dict)
    openings: Sequence[Opening] = ()
    waivers: Mapping[UUID, Waiver] = field(default_factory=dict)
    time_zone: str | None = None
    """Where the person lives, as the country."""
    country: str | None = None
    tier: Tier | None = None
    """As the record says."""
    gained: Gained = NOTHING_GAINED
    overdue_until: datetime | None = None
    """The latest due time of what is on record as overdue: so far time has passed for who is owed something."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The organisation's intervals."""

    returns: ReturnPolicy
    ghost_after: timedelta
    idle_after: timedelta = timedelta(days=90)
    """So long an attempt in which nothing happens holds its person back from the queue."""
    rates: Rates = NO_RATES
    obligations: ObligationPolicy = field(default_factory=ObligationPolicy)
    contacts: ContactPolicies = ALWAYS_THE_DEFAULTS


@dataclass(frozen=True, slots=True)
class Derived:
    """What a person's facts amount to. ``pursuits`` and ``rows`` are by position; ``clock`` is what the clock puts on record."""

    pursuits: Mapping[UUID, Pursuit]
    rows: Mapping[UUID, PursuitRow]
    clock: Sequence[ClockRecord]
    plans: Sequence[PlanRow]
    conditions: Sequence[ConditionRow]
    item: QueueItem | None
    obligations: Sequence[Obligation] = ()
    breaches: Sequence[Breach] = ()
    tier: Tier | None = None
    findings: Sequence[DataFinding] = ()


def derive(person: Person, policy: Policy, *, now: datetime) -> Derived:
    """Derive a person. Time has passed up to ``now``: a touch that was not answered for the interval is ghosted."""
    facts_of = by_position(person.facts)
    pursuits = _folded(facts_of, person, policy, now)
    rows: dict[UUID, PursuitRow] = {}
    clock: list[ClockRecord] = []
    for position, pursuit in pursuits.items():
        own_id = pursuit_id(person.id, position)
        due = clock_record(own_id, position, pursuit, {fact.id for fact in facts_of[position] if "by_clock" in fact.data})
        if due is not None:
            clock.append(due)
        rows[position] = row_of(own_id, person.id, position, pursuit, due)
    broken = _breaches(person, policy)
    found = data_findings(person.id, person.facts, pursuits)
    owed = obligations_of(person.id, person.facts, pursuits, person.waivers, policy.obligations)
    # The clock may be ahead of who derives: what it has made overdue stays so.
    passed = now if person.overdue_until is None else max(now, person.overdue_until)
    is_overdue = any(one.is_overdue(passed) for one in owed)
    if not is_overdue and not may_have_item(pursuits.values(), person.queue_log):
        return Derived(pursuits, rows, clock, (), (), None, owed, broken, person.tier, found)
    history = history_of(person.facts, facts_of, pursuits, person.closings)
    done = handled(person.queue_log, policy.returns)
    is_barred = bool(hard_nos(person.facts))
    soft_nos = [] if is_barred else soft_nos_of(history, done, policy.returns, policy.ghost_after, person.gained)
    tier = tier_of(soft_nos, person.tier)
    candidate = candidate_of(soft_nos, person.profile, person.declined, history, done)
    brought = brought_back(soft_nos, candidate, person.openings, history, done, rates=policy.rates, zone=policy.returns.zone)
    kept = kept_while_claimed(soft_nos, candidate, brought, history, done, now=now, zone=policy.returns.zone)
    returns = [*(one.next for one in soft_nos if one.next is not None), *brought, *kept]
    held = history.held_back(policy.idle_after)
    is_held = held is not None and now < held[0]
    is_closed = is_barred or history.is_hired
    debts = [] if is_closed else debts_of(owed, done, now=passed, zone=policy.returns.zone)
    item = item_of(person.id, returns, debts, history, done, tier=tier, is_on_record=bool(person.queue_log), is_held=is_held)
    if item is not None and held is not None and is_held:
        rows[held[1]] = _looked_at_again(rows[held[1]], held[0])
    if kept and done.lease is not None:
        closed = next(iter(soft_nos)).position_id
        rows[closed] = _looked_at_again(rows[closed], done.lease.expires_at)
    conditions = condition_rows(person.id, candidate)
    return Derived(pursuits, rows, clock, rows_of(person.id, soft_nos), conditions, item, owed, broken, tier, found)


def pursuits_of(person: Person, policy: Policy, *, now: datetime) -> dict[UUID, Pursuit]:
    """The pursuits alone, for who asks for nothing else."""
    return _folded(by_position(person.facts), person, policy, now)


def _folded(facts_of: Mapping[UUID, Sequence[PersonFact]], person: Person, policy: Policy, now: datetime) -> dict[UUID, Pursuit]:
    return {
        position: fold_facts(facts, person.closings.get(position, ()), policy.ghost_after, until=now)
        for position, facts in facts_of.items()
    }


def _breaches(person: Person, policy: Policy) -> Sequence[Breach]:
    rules = policy.contacts
    place = place_of(person.time_zone, person.country, rules.latest.zone)
    return breaches_of(person.id, person.facts, person.closings, policy.ghost_after, place, rules.at)


def _looked_at_again(row: PursuitRow, at: datetime) -> PursuitRow:
    """The row with the time at which its person must be derived again, where the clock does not come to it earlier."""
    return row if row.clock_at is not None and row.clock_at <= at else replace(row, clock_at=at)
