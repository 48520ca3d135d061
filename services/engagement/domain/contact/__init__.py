"""May we contact this person now? product.md, "May we contact this person now?". Pure."""

from services.engagement.domain.contact.ask import Ask, Code, Decision, HeldBack, Reservation
from services.engagement.domain.contact.breaches import Breach, breaches_of
from services.engagement.domain.contact.checks import Case, decide
from services.engagement.domain.contact.place import Place, place_of
from services.engagement.domain.contact.policy import ContactPolicies, ContactPolicy
from services.engagement.domain.contact.state import ContactState, contacts_of, is_unsubscribed, state_of

__all__ = [
    "Ask",
    "Breach",
    "Case",
    "Code",
    "ContactPolicies",
    "ContactPolicy",
    "ContactState",
    "Decision",
    "HeldBack",
    "Place",
    "Reservation",
    "breaches_of",
    "contacts_of",
    "decide",
    "is_unsubscribed",
    "place_of",
    "state_of",
]
