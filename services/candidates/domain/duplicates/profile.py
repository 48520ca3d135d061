"""What people are compared by, from their records, in the one form in which it can be compared; and which are compared."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
from anyascii import anyascii

from services.candidates.domain.contact import email_key, phone_in
from services.candidates.domain.duplicates.given_names import full_forms
from services.candidates.domain.duplicates.names import PersonName, read_name, sound_of
from services.candidates.domain.duplicates.words import DOTLESS_DOMAINS, LEGAL_FORMS, PLUS_DOMAINS, ROLES

MOST_OF_A_KIND = 10
"""Addresses, numbers and links of a person that are compared."""
MOST_FORMS = 4
LOCAL_DIGITS = 8
"""The last digits of a telephone, which are the same with and without its country's code."""
SHORTEST_LOCAL_PART = 6
MOST_IN_BLOCK, MOST_NAMESAKES = 50, 12
"""People who share a key are compared unless there are more: what so many share says little, and costs the square of it.

Fewer may share a name with its city, since two who share nothing else are never likely to be one.
"""

_NAME_WITH_CITY = "t"
_WORDS = re.compile(r"[^0-9a-z]+")
_HOSTS = {"x.com": "twitter.com", "fb.com": "facebook.com"}
_PROFILES = {
    "linkedin.com": re.compile(r"/(?:in|pub)/([^/]+)"),
    "xing.com": re.compile(r"/profile/([^/]+)"),
    "github.com": re.compile(r"/([^/]+)/?"),
    "gitlab.com": re.compile(r"/([^/]+)/?"),
    "bitbucket.org": re.compile(r"/([^/]+)/?"),
    "twitter.com": re.compile(r"/@?([^/]+)/?"),
    "facebook.com": re.compile(r"/([^/]+)/?"),
    "medium.com": re.compile(r"/@([^/]+)"),
    "dev.to": re.compile(r"/([^/]+)/?"),
    "kaggle.com": re.compile(r"/([^/]+)/?"),
    "behance.net": re.compile(r"/([^/]+)/?"),
    "dribbble.com": re.compile(r"/([^/]+)/?"),
    "stackoverflow.com": re.compile(r"/users/(\d+)"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as far as others are compared with them. Every list is sorted."""

    name: PersonName
    mailboxes: Sequence[str]
    phones: Sequence[str]
    """In E.164, or the digits of a national one, with the extension behind ``;ext=``."""
    links: Sequence[str]
    """Profiles as ``host/name``, other pages as ``host/path``."""
    company: str
    city: str
    country: str
    title: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The profile of a person's record, as it is stored."""
        place = record.get("location") or {}
        country = place.get("country")
        return cls(
            read_name(record.get("name")),
            sorted({mailbox_of(email) for email in record["emails"][:MOST_OF_A_KIND]}),
            sorted({phone if phone[:1] == "+" else phone_in(country, phone) for phone in record["phones"][:MOST_OF_A_KIND]}),
            sorted({link for url in record["links"][:MOST_OF_A_KIND] if (link := link_key(url))}),
            company_key(record.get("company") or ""),
            _folded(place.get("city") or ""),
            country or "",
            _folded(record.get("title") or ""),
        )

    @classmethod
    def read(cls, stored: bytes) -> Self:
        """What ``write`` wrote."""
        (words, *how), *rest = orjson.loads(stored)
        return cls(PersonName(tuple(words), *how), *rest)

    def write(self) -> bytes:
        """The profile as JSON, for storage."""
        name = (self.name.words, self.name.generation, self.name.is_transliterated, self.name.is_surname_first)
        rest = (self.mailboxes, self.phones, self.links, self.company, self.city, self.country, self.title)
        return orjson.dumps((name, *rest))

    def keys(self) -> list[int]:
        """Who shares one of these is compared; sorted. Hashes, of 64 bits."""
        return sorted({_hash(text) for text in self._key_texts()})

    def _key_texts(self) -> Iterator[str]:
        for mailbox in self.mailboxes:
            yield f"e:{mailbox}"
            if local := local_part(mailbox):
                yield f"m:{local}"
        for phone in self.phones:
            yield f"p:{phone.partition(';')[0][-LOCAL_DIGITS:]}"
        for link in self.links:
            yield f"l:{link}"
        sounds = [_sounds(word) for word in self.name.words if len(word) > 1]
        if self.company:
            for sound in {sound for forms in sounds for sound in forms}:
                yield f"c:{sound}:{self.company}"
        if self.city:
            for some, others in combinations(sounds, 2):
                for one in some:
                    for other in others:
                        yield f"{_NAME_WITH_CITY}:{min(one, other)}:{max(one, other)}:{self.city}"


def most_in_block(key: int) -> int:
    """How many may share a key, for those who do to be compared."""
    return MOST_NAMESAKES if key & 1 else MOST_IN_BLOCK


def is_profile(link: str) -> bool:
    """Whether a link of a profile leads to a page that is one person's."""
    return link.partition("/")[0] in _PROFILES


@lru_cache(maxsize=16_384)
def _sounds(word: str) -> tuple[str, ...]:
    forms = sorted(full_forms(word), key=lambda form: (form != word, form))[:MOST_FORMS]
    return tuple(sorted({sound_of(form) for form in forms}))


def _hash(text: str) -> int:
    """Odd for a name with its city, else even."""
    number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)
    return number & ~1 | (text[0] == _NAME_WITH_CITY)


@lru_cache(maxsize=16_384)
def _folded(text: str) -> str:
    return _WORDS.sub(" ", anyascii(text[:200]).lower()).strip()


@lru_cache(maxsize=16_384)
def company_key(name: str) -> str:
    """A company without its legal form."""
    words = _folded(name).split()
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


def mailbox_of(email: str) -> str:
    """The mailbox of an address: without case, and without dots and what follows a plus where its provider ignores them."""
    name, _, domain = email_key(email).rpartition("@")
    if domain in PLUS_DOMAINS:
        name = name.partition("+")[0]
    if domain in DOTLESS_DOMAINS:
        name, domain = name.replace(".", ""), DOTLESS_DOMAINS[domain]
    return f"{name}@{domain}"


def local_part(mailbox: str) -> str | None:
    """What stands before the @, letters and digits alone, where it is long enough to be one person's."""
    local = _WORDS.sub("", mailbox.partition("@")[0].partition("+")[0])
    return local if len(local) >= SHORTEST_LOCAL_PART and local not in ROLES else None


def local_parts(mailboxes: Iterable[str]) -> set[str]:
    """Those of all addresses that have one."""
    return {local for mailbox in mailboxes if (local := local_part(mailbox))}


def link_key(url: str) -> str | None:
    """A link without what leads to the same page; None where it names only a host, which may be a company's."""
    try:
        parts = urlsplit(url.casefold())
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    if host.endswith(".linkedin.com"):
        host = "linkedin.com"
    host = _HOSTS.get(host, host)
    pattern = _PROFILES.get(host)
    if pattern is not None:
        found = pattern.match(parts.path)
        return f"{host}/{found[1]}" if found else None
    path = parts.path.rstrip("/")
    return f"{host}{path}" if path else None
