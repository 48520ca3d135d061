"""Contact details as people write them."""

import pytest

from services.candidates.domain.contact import e164, read_email, read_link, read_phone


@pytest.mark.parametrize(
    ("given", "read"),
    [("Ada@Example.ORG", "Ada@example.org"), (" a@b.example ", "a@b.example"), ("ü@exämple.de", "ü@exämple.de")],
)
def test_addresses_are_read_in_their_normal_form(given: str, read: str) -> None:
    assert read_email(given) == read


@pytest.mark.parametrize("given", ["", "nope", "a@", "@b.example", "a b@c.example", "Ada <a@b.example>", "a@b@c.example"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be an e-mail address"):
        read_email(given)


@pytest.mark.parametrize("given", ["", "12", "call me", "1" * 51, "123\n456"])
def test_what_is_no_phone_number_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be a phone number"):
        read_phone(given)


@pytest.mark.parametrize(
    ("given", "country", "international"),
    [
        ("+49 30 1234567", None, "+49301234567"),
        ("030 1234567", "DE", "+49301234567"),
        ("030 1234567", None, None),
        ("030 1234567", "ZZ", None),
        ("555-0100 ext. 7", "US", None),
    ],
)
def test_numbers_are_international_where_they_can_be_read(given: str, country: str | None, international: str | None) -> None:
    assert read_phone(given) == given
    assert e164([given], country) == [international]


@pytest.mark.parametrize("given", ["https://example.org", "http://exämple.org:8080/a?b=c#d", "HTTPS://linkedin.com/in/ada"])
def test_web_links_stay_as_they_were_given(given: str) -> None:
    assert read_link(f" {given} ") == given


@pytest.mark.parametrize(
    "given", ["", "example.org", "ftp://example.org", "javascript:alert(1)", "http://", "http://[", "http://a:x", "http://a b"]
)
def test_other_links_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be a http or https URL"):
        read_link(given)
