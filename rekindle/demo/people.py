"""The made-up people of the demo: who they are, where they live, what they can do. The same seed gives the same people."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.demo.moments import HOMES, Home
from rekindle.demo.positions import Opening

WOMEN: Mapping[str, str] = {
    "DE": "Anna Katrin Sabine Lena Frieda Nele Johanna Miriam",
    "FR": "Camille Élodie Margaux Inès Juliette Solène",
    "ES": "Lucía Carmen Nuria Marta Irene Paula",
    "PL": "Agnieszka Zofia Magda Kasia Hanna",
    "GB": "Charlotte Imogen Olivia Fiona Harriet",
    "IN": "Priya Ananya Meera Kavya",
    "US": "Emily Hannah Grace Naomi",
}
MEN: Mapping[str, str] = {
    "DE": "Lukas Matthias Jan Felix Stefan Tobias Henrik Emre",
    "FR": "Julien Antoine Mathieu Bastien Karim Hugo",
    "ES": "Javier Sergio Álvaro Diego Iker Pablo",
    "PL": "Piotr Tomasz Marek Jakub Wojtek",
    "GB": "James Oliver Callum Rhys George",
    "IN": "Arjun Rohan Vikram Sanjay",
    "US": "Michael Daniel Marcus Ethan",
}
FAMILIES: Mapping[str, str] = {
    "DE": "Schneider Vogel Brandt Lorenz Kuhn Albrecht Yilmaz Seidel Hartmann Pohl Reuter Winkler Franke Arslan",
    "FR": "Moreau Lefèvre Garnier Roussel Benali Chevalier Perrin Marchand",
    "ES": "Ortega Navarro Iglesias Vidal Serrano Etxeberria Molina Campos",
    "PL": "Nowak Zieliński Wójcik Kamiński Mazur Krawczyk",
    "GB": "Whitfield Hughes Ashworth Campbell Okoro Pritchard Sinclair",
    "IN": "Nair Deshpande Iyer Kulkarni Rao",
    "US": "Sullivan Hayes Delgado Brooks Nguyen",
}
COMPANIES = (
    "Nordlicht Bank", "Kontor Systems", "Feldweg", "Paperboat", "Halden & Sohn", "Mistral Pay", "Lighthouse Data",
    "Tandem Logistics", "Quarzwerk", "Blue Heron", "Stadtrad", "Ostwind Energy", "Cedar Health", "Fathom Maps", "Vela Insurance",
)  # fmt: skip
WHERE = ("DE",) * 12 + ("FR",) * 4 + ("ES",) * 5 + ("PL",) * 4 + ("GB",) * 4 + ("IN",) * 2 + ("US",) * 2
OTHER_SKILLS = ("java", "docker", "aws", "rust", "mysql", "graphql", "airflow", "linux", "redis", "node")
LEVELS_NEAR: Mapping[str, Sequence[str]] = {
    "staff": ("senior", "senior", "staff", "lead"),
    "senior": ("mid", "senior", "senior", "lead"),
    "manager": ("lead", "manager", "manager"),
}
TITLES: Mapping[str, str] = {
    "demo:staff-engineer": "Backend engineer",
    "demo:data-engineer": "Data engineer",
    "demo:backend-engineer": "Backend engineer",
    "demo:platform-engineer": "Platform engineer",
    "demo:frontend-engineer": "Frontend engineer",
    "demo:security-engineer": "Security engineer",
    "demo:engineering-manager": "Engineering manager",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who might fill ``opening``. ``record`` is what the ATS keeps of them."""

    reference: str
    home: Home
    opening: Opening
    record: Mapping[str, Any]


def made_up(dice: random.Random, number: int, opening: Opening, taken: set[str]) -> Person:
    """A person; their name is not among those that are ``taken``, and is from then on."""
    country = "GB" if opening.reference == "demo:security-engineer" and dice.random() < 0.6 else dice.choice(WHERE)
    home = HOMES[country]
    is_woman = dice.random() < 0.45
    name = _name(dice, country, is_woman, taken)
    level = dice.choice(LEVELS_NEAR[str(opening.record["level"])])
    known = [skill for skill in opening.skills if dice.random() < 0.75] or [opening.skills[0]]
    title = TITLES[opening.reference]
    pay = opening.pays_to * dice.uniform(0.78, 1.04)
    record: dict[str, Any] = {
        "name": name,
        "emails": [f"{_plain(name)}@example.org"],
        "location": {"country": country, "city": dice.choice(home.cities)},
        "time_zone": home.zone,
        "company": dice.choice(COMPANIES),
        "title": title if level in {"mid", "manager"} else f"{level.capitalize()} {title.lower()}",
        "level": level,
        "years_experience": max(2, opening.record["years_experience"] + dice.randrange(-3, 6)),
        "skills": [*known, *dice.sample(OTHER_SKILLS, dice.randrange(1, 4))],
        "market_status": dice.choices(("passive", "open", "active"), (66, 24, 10))[0],
        "salary": {"amount": round(pay, -3), "currency": "EUR"},
        "tier": dice.choices(("pool", "warm"), (60, 40))[0],
    }
    if dice.random() < 0.3:
        record["phones"] = [f"+49 30 9018{number:04}"]
    if dice.random() < 0.88:
        record["attributes"] = {"gender": "woman" if is_woman else "man"}
    return Person(f"demo:{_plain(name).replace('.', '-')}", home, opening, record)


def _name(dice: random.Random, country: str, is_woman: bool, taken: set[str]) -> str:
    given = (WOMEN if is_woman else MEN)[country].split()
    families = FAMILIES[country].split()
    if country == "PL" and is_woman:
        families = [re.sub("ski$", "ska", family) for family in families]
    free = [f"{one} {family}" for one in given for family in families if f"{one} {family}" not in taken]
    name = dice.choice(free)
    taken.add(name)
    return name


_PLAIN = str.maketrans("áàâäãéèêëíìîïóòôöúùûüçñłńśźżęąćÁÉÓ", "aaaaaeeeeiiiioooouuuucnlnszzeacAEO")


def _plain(name: str) -> str:
    return name.translate(_PLAIN).lower().replace(" ", ".")
