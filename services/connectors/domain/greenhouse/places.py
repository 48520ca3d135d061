"""Where is it? Places as the vendor writes them, "New York, NY" or "London, United Kingdom", as country and city.

Only what is certain is read: a place whose last part is no country stays unknown.
"""

import re

from services.connectors.domain.greenhouse.values import plain

_STATES_OF_THE_USA = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDCDEFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWY",
    )
)
_COUNTRIES = {
    name: code
    for code, names in {
        "AE": "united arab emirates|uae",
        "AR": "argentina",
        "AT": "austria|österreich",
        "AU": "australia",
        "BE": "belgium",
        "BG": "bulgaria",
        "BR": "brazil|brasil",
        "CA": "canada",
        "CH": "switzerland|schweiz|suisse",
        "CL": "chile",
        "CN": "china",
        "CO": "colombia",
        "CR": "costa rica",
        "CZ": "czech republic|czechia",
        "DE": "germany|deutschland",
        "DK": "denmark",
        "EE": "estonia",
        "EG": "egypt",
        "ES": "spain|españa",
        "FI": "finland",
        "FR": "france",
        "GB": "united kingdom|uk|great britain|england|scotland|wales|northern ireland",
        "GR": "greece",
        "HK": "hong kong",
        "HR": "croatia",
        "HU": "hungary",
        "ID": "indonesia",
        "IE": "ireland",
        "IL": "israel",
        "IN": "india",
        "IT": "italy|italia",
        "JP": "japan",
        "KE": "kenya",
        "KR": "south korea|korea",
        "LT": "lithuania",
        "LU": "luxembourg",
        "LV": "latvia",
        "MX": "mexico|méxico",
        "MY": "malaysia",
        "NG": "nigeria",
        "NL": "netherlands|the netherlands",
        "NO": "norway",
        "NZ": "new zealand",
        "PE": "peru",
        "PH": "philippines",
        "PK": "pakistan",
        "PL": "poland",
        "PT": "portugal",
        "RO": "romania",
        "RS": "serbia",
        "SE": "sweden",
        "SG": "singapore",
        "SI": "slovenia",
        "SK": "slovakia",
        "TH": "thailand",
        "TR": "turkey|türkiye",
        "TW": "taiwan",
        "UA": "ukraine",
        "US": "united states|united states of america|usa|u s|u s a|us",
        "UY": "uruguay",
        "VN": "vietnam",
        "ZA": "south africa",
    }.items()
    for name in names.split("|")
}


def read_place(words: str) -> dict[str, str] | None:
    """The country, and the city where there is one; None when the country is not certain."""
    parts = [part.strip() for part in words.replace("\n", ",").split(",") if part.strip()]
    if not parts:
        return None
    if len(parts) > 1 and parts[-1] in _STATES_OF_THE_USA:
        return _place("US", parts[:-1])
    country = _COUNTRIES.get(plain(parts[-1]))
    return _place(country, parts[:-1]) if country else None


def _place(country: str, parts: list[str]) -> dict[str, str]:
    return {"country": country, "city": parts[0][:200]} if parts else {"country": country}


def is_remote(words: str) -> bool:
    """Whether the place is called remote."""
    return "remote" in plain(words).split()
