"""Contact details as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.candidates.domain.contact import (
    e164,
    email_key,
    is_same_phone,
    mailbox_key,
    phone_in,
    read_email,
    read_link,
    read_phone,
)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Ada@Example.ORG", "Ada@example.org"),
        (" a@b.example ", "a@b.example"),
        ("a.b+c@B.example", "a.b+c@b.example"),
        ("a.b+c@b.example", "a.b+c@b.example"),
        ("a@xn--exmple-cua.de", "a@exämple.de"),
        ("ü@exämple.de", "ü@exämple.de"),
        ("u\u0308@XN--EXMPLE-CUA.de", "ü@exämple.de"),
    ],
)
def test_addresses_are_read_in_their_normal_form(given: str, read: str) -> None:
    assert read_email(given) == read


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nope",
        "a@",
        "@b.example",
        "a b@c.example",
        "a..b@c.example",
        "a@c..example",
        "a@-c.example",
        "Ada <a@b.example>",
        "a@b@c.example",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be an e-mail address"):
        read_email(given)


@pytest.mark.parametrize(
    "given", ["", "12", "call me", "1" * 51, "1" * 18, "123\n456", "+999 123", "+1 555", "1-800-FLOWERS", "+"]
)
def test_what_is_no_phone_number_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be a phone number"):
        read_phone(given)


@pytest.mark.parametrize(
    ("given", "country", "stored", "without_extension"),
    [
        ("+49 30 1234567", None, "+49301234567", "+49301234567"),
        ("0049 (0)30/123-4567", "US", "+49301234567", "+49301234567"),
        ("tel:+49-30-1234567;ext=012", None, "+49301234567;ext=012", "+49301234567"),
        ("+49 30 1234567 x12 (work)", None, "+49301234567;ext=12", "+49301234567"),
        ("030 1234567 ext. 12", "DE", "+49301234567;ext=12", "+49301234567"),
        ("011 49 30 1234567", "US", "+49301234567", "+49301234567"),
        ("030 / 1234567", None, "0301234567", None),
        ("030 1234567 ext 7", "ZZ", "0301234567;ext=7", None),
        ("555-0100 ext. 7", "US", "5550100;ext=7", None),
    ],
)
def test_numbers_have_one_spelling(given: str, country: str | None, stored: str, without_extension: str | None) -> None:
    number = phone_in(country, read_phone(given))

    assert number == stored
    assert phone_in(country, read_phone(number)) == number
    assert e164([number], country) == [without_extension]


@drawn(st.one_of(st.text(max_size=60), st.from_regex(r"\+?[0-9() /.-]{3,25}( ?(ext|x)\.? ?[0-9]{1,5})?", fullmatch=True)))
def test_a_stored_number_is_its_own_spelling(text: str) -> None:
    with suppress(ValueError):
        stored = read_phone(text)
        assert read_phone(stored) == stored
        for country in ("DE", "US", None):
            assert phone_in(country, phone_in(country, stored)) == phone_in(country, stored)


def test_a_mailbox_of_gmail_has_many_addresses_and_others_have_one() -> None:
    assert {mailbox_key(one) for one in ("A.da@gmail.com", "ada+jobs@googlemail.com", "ada@gmail.com")} == {
        "mailbox:ada@gmail.com"
    }
    assert len({mailbox_key(one) for one in ("a.da@outlook.com", "ada@outlook.com", "ada+jobs@outlook.com")}) == 3
    assert email_key("A.da@gmail.com") == "a.da@gmail.com"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+49301234567", "+49301234567", True),
        ("+49301234567;ext=7", "+49301234567", True),
        ("+49301234567;ext=7", "+49301234567;ext=7", True),
        ("+49301234567;ext=7", "+49301234567;ext=8", False),
        ("+49301234567", "+49301234568", False),
    ],
)
def test_two_extensions_are_two_telephones(one: str, other: str, *, same: bool) -> None:
    assert is_same_phone(one, other) is is_same_phone(other, one) is same


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("https://example.org/", "https://example.org"),
        (" HTTPS://Example.org:443/in/Ada?a=B#c ", "https://example.org/in/Ada?a=B#c"),
        ("http://xn--exmple-cua.org:8080/a", "http://exämple.org:8080/a"),
        ("http://exa\u0308mple.org/u\u0308", "http://exämple.org/ü"),
        ("https://ada@[2001:DB8::1]/?a", "https://ada@[2001:db8::1]?a"),
    ],
)
def test_links_have_one_spelling(given: str, stored: str) -> None:
    assert read_link(given) == stored
    assert read_link(stored) == stored


@pytest.mark.parametrize(
    "given", ["", "example.org", "ftp://example.org", "javascript:alert(1)", "http://", "http://[", "http://a:x", "http://a b"]
)
def test_other_links_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be a http or https URL"):
        read_link(given)
