"""Cities near a place, by name or coordinates."""

import pytest

from services.candidates.domain.nearby import UnknownPlaceError, cities_within, coordinates_of


@pytest.mark.parametrize("near", ["Berlin,DE", "berlin, de", "BERLÍN,DE", "52.52437,13.41053"])
def test_a_place_is_named_in_any_spelling_or_by_coordinates(near: str) -> None:
    assert coordinates_of(near) == pytest.approx((52.52437, 13.41053))


def test_of_cities_of_one_name_in_a_country_the_largest_is_meant() -> None:
    assert coordinates_of("Portland,US") == pytest.approx((45.52, -122.68), abs=0.05)
    assert coordinates_of("Birmingham,GB") == pytest.approx((52.48, -1.9), abs=0.05)


@pytest.mark.parametrize("near", ["", "Berlin", "Berlin,FR", ",DE", "Atlantis,DE", "91,0", "0,181", "1,2,3"])
def test_what_names_no_place_is_refused(near: str) -> None:
    with pytest.raises(UnknownPlaceError) as refused:
        coordinates_of(near)
    assert str(refused.value).startswith("must be ")


def test_distance_is_along_the_earth_across_borders_and_the_date_line() -> None:
    # Potsdam lies 27 km from Berlin's centre, Leipzig 149 km; Basel, Lörrach and Mulhouse are in three countries within 30 km.
    assert {"DE|Berlin", "DE|Potsdam"} <= set(cities_within("Berlin,DE", 30))
    assert "DE|Potsdam" not in cities_within("Berlin,DE", 20)
    assert "DE|Leipzig" in cities_within("Berlin,DE", 155)
    assert "DE|Leipzig" not in cities_within("Berlin,DE", 145)
    assert {"CH|Basel", "DE|Lörrach", "FR|Mulhouse"} <= set(cities_within("Basel,CH", 35))
    assert "FJ|Suva" in cities_within("-18.14,-179.9", 200)


def test_a_city_is_found_by_each_of_its_names() -> None:
    assert {"DE|Munich", "DE|München"} <= set(cities_within("München,DE", 1))
