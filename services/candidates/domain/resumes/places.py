"""Towns with their state or country, as resumes write them."""

import re
from dataclasses import dataclass

from services.candidates.domain.imports.cells import country_of
from services.candidates.domain.resumes.roles import firm_score, title_score

_CODES_OF_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY DC"
)
_NAMES_OF_STATES = (
    "Alabama;Alaska;Arizona;Arkansas;California;Colorado;Connecticut;Delaware;Florida;Georgia;Hawaii;Idaho;Illinois;"
    "Indiana;Iowa;Kansas;Kentucky;Louisiana;Maine;Maryland;Massachusetts;Michigan;Minnesota;Mississippi;Missouri;"
    "Montana;Nebraska;Nevada;Ohio;Oklahoma;Oregon;Pennsylvania;Tennessee;Texas;Utah;Vermont;Virginia;Washington;"
    "Wisconsin;Wyoming;New Hampshire;New Jersey;New Mexico;New York;North Carolina;North Dakota;Rhode Island;"
    "South Carolina;South Dakota;West Virginia"
)
_STATES = frozenset([*_CODES_OF_STATES.split(), *_NAMES_OF_STATES.split(";")])
_COUNTRIES = {"USA": "US", "U.S.": "US", "U.S.A.": "US", "UK": "GB", "U.K.": "GB", "England": "GB", "Scotland": "GB", "UAE": "AE"}
_CANADA = ["ON", "QC", "BC", "AB", "MB", "SK", "NS", "NB", "NL", "PE", "Ontario", "Quebec", "Alberta", "Manitoba"]
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w.'’-]*"
_CITY = rf"{_WORD}(?:[ -](?:{_WORD}|de|la|am|an|der|upon|del|di|du|le|sur)){{0,3}}"
_REMOTE = r"(?:Fully )?(?:Remote|Hybrid|Homeoffice|Home Office)(?:\s*[,(/]\s*[^,()/]{2,20}\)?)?"
_PLACE = re.compile(
    rf"(?P<remote>{_REMOTE})|(?:\d{{4,5}} )?(?P<city>{_CITY})(?: Area)?,\s*(?P<region>[^\W\d_][\w.' -]{{1,25}}?)"
    rf"(?:\s+\d{{5}})?(?:,\s*(?P<country>[^\W\d_][\w.' ]{{1,25}}))?"
)
_CODED = re.compile(rf"(?:[A-Z]{{1,2}}-)?\d{{5}} (?P<city>{_CITY})")
"""A town behind its postal code: of several countries, which it does not say."""
_AT_END = re.compile(rf"(?:^|\s*[,–—|·•(]\s*|\s+[-]\s+)(?P<place>{_PLACE.pattern})[)\s]*$")


@dataclass(frozen=True, slots=True)
class Town:
    """A town and its country (ISO 3166-1 alpha-2); None is not said."""

    city: str | None
    country: str | None


def town_of(text: str) -> Town | None:
    """The town that a text names and nothing else; None where it names none."""
    bare = text.strip(" .()|•·")
    if (coded := _CODED.fullmatch(bare)) is not None:
        return Town(coded["city"], None)
    match = _PLACE.fullmatch(bare)
    return None if match is None else _town(match)


def without_town(text: str) -> str:
    """A text without the town at its end."""
    for match in _ends(text):
        if _town(match) is not None:
            return text[: match.start()].rstrip(" ,–—|·•-(")
    return text


def _ends(text: str) -> list[re.Match[str]]:
    """Where a town may begin that the text ends with, the longest first."""
    begins = [0, *(match.start() for match in re.finditer(r"\s*[,–—|·•(]\s*|\s+-\s+", text))]
    return [match for begin in begins if (match := _AT_END.match(text, begin)) is not None]


def _town(match: re.Match[str]) -> Town | None:
    if match["remote"]:
        return Town(None, None)
    if firm_score(match[0]) or title_score(match[0]) or "  " in match[0]:
        return None
    region, last = match["region"].strip(), match["country"]
    country = _country(region) if last is None else _COUNTRIES.get(last.strip()) or country_of(last)
    return None if country is None else Town(match["city"], country)


def _country(text: str) -> str | None:
    if text in _STATES:
        return "US"
    if text in _CANADA:
        return "CA"
    return _COUNTRIES.get(text) or country_of(text)
