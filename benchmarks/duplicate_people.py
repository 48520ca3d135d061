"""Made-up people of whom a part is there twice, in named ways, with who is who: the truth for the search for duplicates.

The short forms and transliterations are written down here or made here, not taken from what the search uses. Beside the
duplicates there are those who only look like ones: families with one landline, father and son, and namesakes.
"""

import random
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

KINDS = ("slip", "order", "nickname", "moved", "other address", "transliteration")
PROVIDERS = ("gmail.com", "outlook.com", "yahoo.com", "gmx.net", "proton.me", "icloud.com", "mail.example", "web.example")
TITLES = (
    "Backend engineer",
    "Frontend engineer",
    "Data scientist",
    "Product manager",
    "Designer",
    "SRE",
    "QA engineer",
    "Architect",
)
CODES = {
    "US": "+1", "CA": "+1", "GB": "+44", "DE": "+49", "AT": "+43", "CH": "+41", "PL": "+48", "AM": "+374", "GE": "+995",
    "RS": "+381", "CY": "+357", "KZ": "+7", "ES": "+34", "MX": "+52", "AR": "+54", "CO": "+57", "CN": "+86", "SG": "+65",
    "IN": "+91",
}  # fmt: skip
MOBILE = {"US": "3105", "CA": "4165", "GB": "7700", "DE": "1512", "AT": "6601", "CH": "791", "PL": "501", "ES": "612"}
LANDLINE = {"US": "2125", "CA": "4165", "GB": "20794", "DE": "3090", "AT": "1512", "CH": "4421", "PL": "2251", "ES": "9145"}
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_IN_LATIN = (
    "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya",
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia",
    "a b w g d je jo sch s i j k l m n o p r s t u f ch z tsch sch schtsch - y - e ju ja",
)
"""As English, passports and German write it."""
_LATIN = [dict(zip(_CYRILLIC, table.replace("-", "").split(" "), strict=True)) for table in _IN_LATIN]
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True, slots=True)
class Made:
    """A person as one record says."""

    given: str
    family: str
    record: dict[str, Any]
    culture: str


@dataclass(frozen=True, slots=True)
class Truth:
    """``records`` by their place; ``duplicates``: pairs of places that are one person, with the kind of each."""

    records: list[dict[str, Any]]
    duplicates: Mapping[tuple[int, int], str]


@cache
def _lists() -> dict[str, dict[str, Any]]:
    lists = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for name in ("given", "family", "nicknames"):
        lists[name] = {key: text.split() for key, text in lists[name].items()}
    lists["places"] = {key: [tuple(one.split(":")) for one in text.split(",")] for key, text in lists["places"].items()}
    return lists


def make(count: int, *, seed: int, share: float = 0.1) -> Truth:
    """So many records, of which ``share`` are second records of people who have one already, as many of each kind."""
    source = random.Random(seed)
    companies = [
        f"{_word(source)} {source.choice(('Systems', 'Labs', 'Software', 'Bank', 'Logistics', 'Health', ''))}".strip()
        for _ in range(max(20, count // 40))
    ]
    doubled = round(count * share)
    people: list[Made] = []
    while len(people) < count - doubled:
        people += _household(source, companies)
    people = people[: count - doubled]
    records = [one.record for one in people]
    duplicates: dict[tuple[int, int], str] = {}
    for number, place in enumerate(source.sample(range(len(people)), doubled)):
        kind = KINDS[number % len(KINDS)]
        second = _second(source, people[place], kind, companies)
        if second is None:
            kind, second = "slip", _slip(source, people[place])
        duplicates[place, len(records)] = kind
        records.append(second.record)
    return Truth(records, duplicates)


def _household(source: random.Random, companies: list[str]) -> list[Made]:
    """Mostly one person; some with family, who share landline and place, or a son of the same name."""
    first = _person(source, companies)
    chance = source.random()
    if chance > 0.06:
        return [first]
    country = first.record["location"]["country"]
    landline = _phone(source, country, LANDLINE)
    shared = {"phones": [landline], "location": first.record["location"]}
    if chance < 0.01 and first.culture == "en":
        older = replace(first, record={**first.record, **shared, "name": f"{first.record['name']} Sr."})
        younger = _person(source, companies, given=first.given, family=first.family, culture=first.culture)
        return [older, replace(younger, record={**younger.record, **shared, "name": f"{first.record['name']} Jr."})]
    others = source.sample([one for one in _lists()["given"][first.culture] if one != first.given], source.randint(1, 3))
    family = [_person(source, companies, given=one, family=first.family, culture=first.culture) for one in others]
    if chance < 0.02:
        shared["emails"] = [f"{_ascii(first.family)}.family{source.randrange(10**6)}@{source.choice(PROVIDERS)}"]
    return [replace(one, record={**one.record, **shared}) for one in (first, *family)]


def _person(source: random.Random, companies: list[str], *, given: str = "", family: str = "", culture: str = "") -> Made:
    lists = _lists()
    culture = culture or source.choices(("en", "de", "pl", "ru", "es", "zh", "in"), (30, 20, 12, 10, 12, 6, 10))[0]
    given = given or source.choice(lists["given"][culture])
    family = family or source.choice(lists["family"][culture])
    if culture == "es" and source.random() < 0.5:
        family += " " + source.choice(lists["family"][culture])
    country, city = source.choice(lists["places"][culture])
    record = {
        "name": f"{family}{given}" if culture == "zh" else f"{given} {family}",
        "emails": [_email(source, given, family)] if source.random() < 0.9 else [],
        "phones": [_phone(source, country, MOBILE)] if source.random() < 0.75 else [],
        "links": [f"https://www.linkedin.com/in/{_ascii(given)}-{_ascii(family)}-{source.randrange(16**6):06x}"]
        if source.random() < 0.4
        else [],
        "company": source.choice(companies),
        "title": source.choice(TITLES),
        "location": {"country": country, "city": city},
    }
    return Made(given, family, record, culture)


def _email(source: random.Random, given: str, family: str) -> str:
    given, family = _ascii(given), _ascii(family)
    local = source.choice((f"{given}.{family}", f"{given[0]}{family}", f"{given}{family}", f"{family}.{given}"))
    year = source.choice(("", "", source.randrange(100), source.randrange(1950, 2005)))
    return f"{local}{year}.{source.randrange(10**5)}@{source.choice(PROVIDERS)}"


def _phone(source: random.Random, country: str, prefixes: Mapping[str, str]) -> str:
    prefix = prefixes.get(country, "9" if prefixes is MOBILE else "2")
    length = {"US": 10, "CA": 10, "GB": 10, "DE": 11, "AT": 10, "CH": 9, "PL": 9, "ES": 9, "SG": 8}.get(country, 10)
    return CODES[country] + prefix + "".join(source.choice("0123456789") for _ in range(length - len(prefix)))


def _second(source: random.Random, one: Made, kind: str, companies: list[str]) -> Made | None:
    """The person's second record, or None where the kind says nothing of this name."""
    if kind == "slip":
        return _slip(source, one)
    if kind == "order":
        name = f"{one.family}, {one.given}" if source.random() < 0.5 else f"{one.family} {one.given}"
        return _renamed(source, one, name)
    if kind == "nickname":
        short = _lists()["nicknames"].get(one.given)
        return short and _renamed(source, one, one.record["name"].replace(one.given, source.choice(short)))
    if kind == "transliteration":
        latin = _transliterated(source, one)
        return None if latin is None else _renamed(source, one, latin)
    record = dict(one.record)
    if kind == "moved":
        country, city = source.choice(
            [place for place in _lists()["places"][one.culture] if place[1] != record["location"]["city"]]
        )
        record |= {
            "company": source.choice(companies),
            "title": source.choice(TITLES),
            "location": {"country": country, "city": city},
        }
        return replace(one, record=_with_contact(source, record))
    record["emails"] = [_email(source, one.given, one.family)]
    if source.random() < 0.6:
        record["phones"] = []
    if source.random() < 0.6:
        record["links"] = []
    return replace(one, record=record)


def _renamed(source: random.Random, one: Made, name: str) -> Made:
    """The same person by another name, with a part of what else is known."""
    return replace(one, record=_partly(source, {**one.record, "name": name}))


def _partly(source: random.Random, record: dict[str, Any]) -> dict[str, Any]:
    """A record from elsewhere: some contact detail is the same, or company and place are; the rest may be missing or other."""
    record = dict(record)
    if source.random() < 0.15:
        return record | {"emails": [], "phones": [], "links": []}
    if source.random() < 0.4:
        record["company"] = None
    if source.random() < 0.3:
        record["title"] = source.choice(TITLES)
    if source.random() < 0.2:
        record["location"] = None
    return _with_contact(source, record)


def _with_contact(source: random.Random, record: dict[str, Any]) -> dict[str, Any]:
    """One way to reach the person is the same, and at times the others are missing."""
    known = [name for name in ("emails", "phones", "links") if record[name]]
    if known:
        kept = source.choice(known)
        for name in known:
            if name != kept and source.random() < 0.5:
                record[name] = []
        if kept == "emails" and record["emails"][0].endswith("@gmail.com") and source.random() < 0.5:
            local = record["emails"][0].partition("@")[0]
            record["emails"] = [f"{local.replace('.', '')}+jobs@googlemail.com"]
    return record


def _slip(source: random.Random, one: Made) -> Made:
    letters = list(one.record["name"])
    if len(letters) < 4:
        return _renamed(source, one, one.record["name"])
    place = source.choice([i for i in range(1, len(letters) - 1) if letters[i].isalpha() and letters[i + 1].isalpha()] or [1])
    way = source.randrange(4)
    if way == 0:
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    elif way == 1:
        del letters[place]
    elif way == 2:
        letters.insert(place, letters[place])
    elif letters[place].isascii():
        letters[place] = source.choice("abcdefghiklmnoprstuvw")
    return _renamed(source, one, "".join(letters))


def _transliterated(source: random.Random, one: Made) -> str | None:
    if one.culture == "ru":
        table = source.choice(_LATIN)
        return f"{_in_latin(one.given, table)} {_in_latin(one.family, table)}"
    if one.culture == "zh":
        pinyin = _lists()["pinyin"]
        given, family = pinyin[one.given].title(), pinyin[one.family].title()
        return source.choice((f"{given} {family}", f"{family} {given}"))
    plain = one.record["name"].translate(_UMLAUTS) if one.culture == "de" else _ascii_name(one.record["name"])
    return None if plain == one.record["name"] else plain


def _in_latin(word: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in word.lower()).title()


def _ascii_name(text: str) -> str:
    return unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L")).encode("ascii", "ignore").decode()


def _ascii(name: str) -> str:
    """A name as it stands in addresses."""
    pinyin = _lists()["pinyin"]
    if name in pinyin:
        return _ascii_name(str(pinyin[name]))
    latin = "".join(_LATIN[0].get(letter, letter) for letter in name.lower())
    return _ascii_name(latin.translate(_UMLAUTS)).replace(" ", "") or "x"


def _word(source: random.Random) -> str:
    return "".join(source.choice("bcdfghklmnprstvz") + source.choice("aeiou") for _ in range(source.randint(2, 4))).title()
