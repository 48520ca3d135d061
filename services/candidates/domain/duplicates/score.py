"""How much speaks for two records being one person: one number, and every piece of evidence that it is made of.

Each piece has a weight in bits: one that speaks for it with weight 1 makes it twice as likely. They are added to what is so
of any two people who are compared at all, and the sum is the logarithm of the odds. The weights are those of the model of
Fellegi and Sunter (A Theory for Record Linkage, 1969), estimated, and checked on the sets of ``benchmarks/duplicates.py``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers

from services.candidates.domain.contact import is_landline, is_same_phone
from services.candidates.domain.duplicates.agreement import compare_names
from services.candidates.domain.duplicates.profile import LOCAL_DIGITS, Profile, is_profile, local_parts

Signal = Literal["name", "email", "phone", "link", "address_name", "company", "city", "country", "title"]
"""``address_name``: what stands before the @ of two addresses."""

PRIOR = -10.0
LIKELY = 0.9
"""From here on two records are likely one person."""
LEAST = 0.2
"""Below it nothing is suggested unless a contact detail is shared."""
_CONTACT = frozenset({"email", "phone", "link"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one person, or against it where ``weight`` (in bits) is negative. No value of anybody stands in it."""

    signal: Signal
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """``value``: from 0 to 1. ``evidence``: the heaviest first."""

    value: float
    evidence: Sequence[Evidence]

    @property
    def is_likely(self) -> bool:
        """Whether the two are likely one person; else they only may be."""
        return self.value >= LIKELY

    @property
    def is_suggested(self) -> bool:
        """Whether somebody should look at the two."""
        return self.value >= LEAST or any(one.signal in _CONTACT and one.weight > 0 for one in self.evidence)


def score(one: Profile, other: Profile) -> Score:
    """How likely two records are one person; the same whichever comes first."""
    evidence = sorted(_evidence(one, other), key=lambda found: (-abs(found.weight), found.signal))
    bits = PRIOR + sum(found.weight for found in evidence)
    return Score(round(1 / (1 + 2 ** -max(-60.0, min(60.0, bits))), 3), evidence)


def _evidence(one: Profile, other: Profile) -> Iterator[Evidence]:
    name = compare_names(one.name, other.name)
    if name is not None:
        yield Evidence("name", round(name.weight, 1), name.why)
    yield from _emails(one, other)
    yield from _phones(one, other)
    yield from _links(one, other)
    if one.company and other.company:
        if one.company == other.company:
            yield Evidence("company", 5.0, "the same company")
        else:
            yield Evidence("company", -0.5, "other companies")
    if (
        one.city
        and other.city
        and one.city == other.city
        and (one.country == other.country or not one.country or not other.country)
    ):
        yield Evidence("city", 2.5, "the same city")
    elif one.country and other.country and one.country != other.country:
        yield Evidence("country", -1.5, "other countries")
    elif one.city and other.city:
        yield Evidence("city", -1.0, "other cities")
    if one.title and one.title == other.title:
        yield Evidence("title", 1.5, "the same title")


def _emails(one: Profile, other: Profile) -> Iterator[Evidence]:
    if not one.mailboxes or not other.mailboxes:
        return
    if not set(one.mailboxes).isdisjoint(other.mailboxes):
        yield Evidence("email", 9.5, "the same mailbox")
        return
    yield Evidence("email", -1.5, "no mailbox in common")
    if not local_parts(one.mailboxes).isdisjoint(local_parts(other.mailboxes)):
        yield Evidence("address_name", 3.0, "the same name before the @, at another provider")


def _phones(one: Profile, other: Profile) -> Iterator[Evidence]:
    if not one.phones or not other.phones:
        return
    best: Evidence | None = None
    for phone in one.phones:
        for too in other.phones:
            found = _phone(phone, too)
            if found is not None and (best is None or found.weight > best.weight):
                best = found
    yield best or Evidence("phone", -1.0, "no telephone in common")


def _phone(one: str, other: str) -> Evidence | None:
    if one[:1] == "+" and other[:1] == "+":
        if not is_same_phone(one, other):
            return None
        if ";" in one and ";" in other:
            return Evidence("phone", 9.5, "the same extension of the same line")
        return _line(one.partition(";")[0])
    digits, digits_too = (text.partition(";")[0].lstrip("+0") for text in (one, other))
    if one == other:
        return Evidence("phone", 6.0, "the same telephone, whose country is not known")
    short, long = sorted((digits, digits_too), key=len)
    if len(short) >= LOCAL_DIGITS and long.endswith(short) and one.partition(";")[2] == other.partition(";")[2]:
        return Evidence("phone", 5.0, "the same telephone, once without its country's code")
    return None


@lru_cache(maxsize=4096)
def _line(number: str) -> Evidence:
    """What it says that two have one telephone: a landline is a household's or an office's."""
    if is_landline(number):
        return Evidence("phone", 5.5, "the same landline, which others in the house may share")
    shared = {phonenumbers.PhoneNumberType.TOLL_FREE, phonenumbers.PhoneNumberType.SHARED_COST, phonenumbers.PhoneNumberType.UAN}
    if phonenumbers.number_type(phonenumbers.parse(number)) in shared:
        return Evidence("phone", 1.0, "the same service number")
    return Evidence("phone", 9.5, "the same telephone")


def _links(one: Profile, other: Profile) -> Iterator[Evidence]:
    common = set(one.links).intersection(other.links)
    if any(map(is_profile, common)):
        yield Evidence("link", 15.0, "the same profile")
    elif common:
        yield Evidence("link", 5.0, "the same page")
    elif hosts := {link.partition("/")[0] for link in one.links if is_profile(link)}.intersection(
        link.partition("/")[0] for link in other.links if is_profile(link)
    ):
        yield Evidence("link", -4.0, f"other profiles on {min(hosts)}")
