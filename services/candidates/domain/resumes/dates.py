"""Dates of a resume: years and months, as they are written in several languages. They are of no time zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen januari janeiro",
    "february feb februar février févr fevrier febrero febbraio februari fevereiro fev",
    "march mar märz mrz mär mars marzo maart março",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sept sep septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre desember dezembro",
)
_SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
_BY_NAME = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()} | _SEASONS
_OPEN = (
    r"present|now|current(?:ly)?|today|ongoing|to date|heute|jetzt|laufend|aktuell|gegenwart|présent|présentement|aujourd['’]hui|"
    r"actual(?:idad)?|actualmente|presente|oggi|attuale|heden|nu|atual"
)
_TO = r"\s*(?:-|–|—|−|‐|‑|~|→|to|until|till|through|bis|à|au|jusqu['’]à|hasta|al?|t/m|tot|até)\s*"
_YEAR = r"(?:19[4-9]\d|20\d{2})"
_NAMES = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
_DATE = (
    rf"(?:(?<![^\W\d_])(?:{_NAMES})\b\.?,?\s*(?:de\s+|of\s+)?(?:{_YEAR}|['’]\d{{2}}\b)"
    rf"|\b(?:\d{{1,2}}[./])?(?:0?[1-9]|1[0-2])\s?[./-]\s?{_YEAR}(?!\d)"
    rf"|\b{_YEAR}\s?[./-]\s?(?:0[1-9]|1[0-2])(?!\d)(?:-\d{{2}}(?!\d))?"
    rf"|(?<![\d.,$€£/+-]){_YEAR}(?![\d%+]|[.,]\d))"
)
_ONE_DATE = re.compile(_DATE, re.IGNORECASE)
_RANGE = re.compile(rf"(?P<start>{_DATE}){_TO}(?P<end>{_DATE}|(?:{_OPEN})\b)", re.IGNORECASE)
_MONTHS_OF_YEAR = re.compile(rf"(?<![^\W\d_])(?P<start>{_NAMES})\b\.?{_TO}(?P<end>(?:{_NAMES})\b\.?,?\s*{_YEAR})", re.IGNORECASE)
_SINCE = re.compile(rf"\b(?:since|seit|depuis|desde|dal|sinds|ab)\s+(?P<start>{_DATE})(?:{_TO}(?=$|[)\s]))?", re.IGNORECASE)
_PARTS = re.compile(rf"(?P<year>{_YEAR}|['’]\d{{2}})")


@dataclass(frozen=True, slots=True, order=True)
class YearMonth:
    """A month, or a whole year where the month is not said."""

    year: int
    month: int | None = None

    def __str__(self) -> str:
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when; None is not said, and ``is_open`` a period that has not ended."""

    start: YearMonth | None
    end: YearMonth | None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A period in a text, and the part of the text that says it."""

    period: Period
    begin: int
    stop: int


def period_in(text: str) -> Found | None:
    """The first period that a text states: a range, an open beginning, or a single date, which is its end."""
    for pattern in (_RANGE, _MONTHS_OF_YEAR, _SINCE):
        if (match := pattern.search(text)) is None:
            continue
        groups = match.groupdict()
        start = year_month(groups["start"])
        end = year_month(groups["end"]) if groups.get("end") else None
        if start is None and end is not None and pattern is _MONTHS_OF_YEAR:
            start = YearMonth(end.year, _BY_NAME.get(groups["start"].casefold()))
        if start is not None and (end is None or _months(start, is_end=False) <= _months(end, is_end=True)):
            return Found(Period(start, end, is_open=end is None), match.start(), match.end())
    if (match := _ONE_DATE.search(text)) is not None and (one := year_month(match.group())) is not None:
        return Found(Period(None, one), match.start(), match.end())
    return None


@cache
def year_month(text: str) -> YearMonth | None:
    """A date without its day; None for what is none, such as an open end."""
    if (match := _PARTS.search(text)) is None:
        return None
    year = match["year"]
    number = int(year) if year.isdigit() else 2000 + int(year[1:]) if int(year[1:]) < 60 else 1900 + int(year[1:])
    rest = (text[: match.start()] + " " + text[match.end() :]).casefold()
    for word in re.findall(r"[^\W\d_]+", rest):
        if word in _BY_NAME:
            return YearMonth(number, _BY_NAME[word])
    numbers = [int(digits) for digits in re.findall(r"\d+", rest)]
    if text.strip().startswith(year):
        numbers = numbers[:1]
    month = numbers[-1] if numbers and 1 <= numbers[-1] <= 12 else None
    return YearMonth(number, month)


def months_of(periods: Iterable[Period], today: YearMonth) -> int:
    """The months that the periods cover together, what overlaps once. Of a year alone its first month is meant."""
    spans = sorted(
        (
            _months(one.start, is_end=False),
            _months(
                today if one.is_open else one.end or one.start, is_end=one.is_open or (one.end or one.start).month is not None
            ),
        )
        for one in periods
        if one.start is not None
    )
    covered, reached = 0, 0
    for begin, stop in spans:
        covered += max(0, stop - max(begin, reached))
        reached = max(reached, stop)
    return covered


def _months(at: YearMonth, *, is_end: bool) -> int:
    """Months since the year 0: until the end of the month, or its beginning."""
    return at.year * 12 + (at.month or 1) - 1 + is_end
