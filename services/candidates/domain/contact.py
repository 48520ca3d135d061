"""E-mail addresses, phone numbers and links in the one spelling that is stored, and what they are compared by.

Nothing is looked up on a network.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from shared.ids import spelled

LONGEST_PHONE = 50
LONGEST_LINK = 2000
MOST_DIGITS = 17
"""Of a national number: E.164 allows 15, before which a prefix for other countries may stand."""

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_PLAIN_EMAIL = re.compile(r"(?=.{3,64}@)([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([a-z0-9.-]{1,100})")
"""An address that is in its one spelling where its domain is."""
_REMARK = re.compile(r"\([^()\d]*\)")
_NO_PHONE = (
    f"must be a phone number of 3 to 15 digits and at most {LONGEST_PHONE} characters, with its country's code after +,"
    " or as it is dialled in the person's country; an extension stands behind it, as in ;ext=7 or ext. 7"
)


def read_email(text: str) -> str:
    """The address in its one spelling: letters composed (NFC), the domain in lower case and not as punycode.

    Raises ValueError with the rule that is broken.
    """
    if (plain := _PLAIN_EMAIL.fullmatch(text)) and (domain := _plain_domain(plain[2])) is not None:
        return f"{plain[1]}@{domain}"
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        why = str(error).rstrip(".")
        raise ValueError(f"must be an e-mail address: {why[:1].lower()}{why[1:]}") from error


@lru_cache(maxsize=16_384)
def _plain_domain(domain: str) -> str | None:
    """A domain in its one spelling; None where it is none. Most addresses of a file are of few domains."""
    with suppress(EmailNotValidError):
        return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).domain
    return None


def read_phone(text: str) -> str:
    """The number in E.164, or the digits of a national one, with its extension behind ``;ext=`` (RFC 3966).

    Raises ValueError when it cannot be a phone number.
    """
    given = _REMARK.sub("", text).strip()
    if not 0 < len(given) <= LONGEST_PHONE or not given.isprintable() or phonenumbers.is_alpha_number(given):
        raise ValueError(_NO_PHONE)
    if (number := _number(given, None) or _number(f"+{given[2:]}" if given.startswith("00") else "", None)) is not None:
        return _written(number)
    with suppress(phonenumbers.NumberParseException):
        extension = phonenumbers.parse(given, "US").extension  # of any country: an extension is written alike everywhere
        digits = phonenumbers.normalize_digits_only(given).removesuffix(extension or "")
        if "+" not in spelled(given) and 3 <= len(digits) <= MOST_DIGITS:
            return digits + (f";ext={extension}" if extension else "")
    raise ValueError(_NO_PHONE)


def phone_in(country: str | None, phone: str) -> str:
    """A number of ``read_phone``, in E.164 where it is one of this country (ISO 3166-1 alpha-2); else as it is."""
    if phone.startswith("+") or (number := _number(phone, country)) is None:
        return phone
    return _written(number)


def e164(phones: Sequence[str], country: str | None) -> list[str | None]:
    """Each number without its extension, in E.164 as of the person's country; None where it cannot be read so."""
    read = (phone_in(country, phone).partition(";")[0] for phone in phones)
    return [phone if phone.startswith("+") else None for phone in read]


def _number(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    is_whole = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return number if is_whole else None


def _written(number: phonenumbers.PhoneNumber) -> str:
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def read_link(text: str) -> str:
    """The link in its one spelling: scheme and host in lower case and not as punycode, no port that goes without saying.

    Raises ValueError unless it is a http or https URL.
    """
    rule = f"must be a http or https URL of at most {LONGEST_LINK} characters"
    given = spelled(text.strip())
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(rule) from error
    is_printable = given.isprintable() and not any(map(str.isspace, given))
    if parts.scheme not in _PORTS or not host or len(given) > LONGEST_LINK or not is_printable:
        raise ValueError(rule)
    user, at, _ = parts.netloc.rpartition("@")
    place = f"[{host}]" if ":" in host else _host(host)
    if port not in {None, _PORTS[parts.scheme]}:
        place += f":{port}"
    path = parts.path.removeprefix("/") and parts.path  # no path and "/" are the same (RFC 3986, 6.2.3)
    return parts._replace(netloc=user + at + place, path=path).geturl()


_PORTS = {"http": 80, "https": 443}


def _host(name: str) -> str:
    with suppress(UnicodeError):
        return name.encode("ascii").decode("idna")
    return name


def is_linkedin(link: str) -> bool:
    """Whether a link leads to LinkedIn."""
    host = urlsplit(link).hostname or ""
    return host == "linkedin.com" or host.endswith(".linkedin.com")


def email_key(email: str) -> str:
    """What an address is found by: its spelling without case."""
    return spelled(email.casefold())


def mailbox_key(email: str) -> str:
    """What an address is compared by, to find the same mailbox: Gmail delivers with and without dots and what follows a plus."""
    name, _, domain = email_key(email).rpartition("@")
    if domain not in _GMAIL:
        return email_key(email)
    return f"mailbox:{name.partition('+')[0].replace('.', '')}@gmail.com"


def contact_keys(emails: Sequence[str], phones: Sequence[str], country: str | None) -> list[str]:
    """All that a person with these contact details is found by; sorted."""
    numbers = {phone for phone in e164(phones, country) if phone is not None}
    return sorted({*map(email_key, emails), *map(mailbox_key, emails), *numbers})


def is_same_phone(one: str, other: str) -> bool:
    """Whether two numbers in E.164 may ring the same telephone: two extensions of one line do not."""
    (number, _, extension), (number_too, _, extension_too) = one.partition(";"), other.partition(";")
    return number == number_too and (not extension or not extension_too or extension == extension_too)


def is_landline(phone: str) -> bool:
    """Whether a number in E.164 is certainly no mobile one, by its prefix: a household or an office may share it."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) == phonenumbers.PhoneNumberType.FIXED_LINE
