"""Reading e-mail addresses, phone numbers and links as people write them. Nothing is looked up on a network."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

LONGEST_PHONE = 50
LONGEST_LINK = 2000


def read_email(text: str) -> str:
    """The address in its normal form. Raises ValueError with the rule that is broken."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"must be an e-mail address: {error}") from error


def read_phone(text: str) -> str:
    """The number as it was given, trimmed. Raises ValueError when it cannot be a phone number."""
    given = text.strip()
    if len(given) > LONGEST_PHONE or sum(map(str.isdigit, given)) < 3 or not given.isprintable():
        raise ValueError(f"must be a phone number of at least 3 digits and at most {LONGEST_PHONE} characters")
    return given


def read_link(text: str) -> str:
    """The link as it was given, trimmed. Raises ValueError unless it is a http or https URL."""
    given = text.strip()
    try:
        parts = urlsplit(given)
        is_web = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        is_web = False
    if not is_web or len(given) > LONGEST_LINK or any(letter.isspace() or not letter.isprintable() for letter in given):
        raise ValueError(f"must be a http or https URL of at most {LONGEST_LINK} characters")
    return given


def e164(phones: Sequence[str], country: str | None) -> list[str | None]:
    """Each number in E.164, read as of the person's country (ISO 3166-1) where it has no country code; else None."""
    return [_e164(phone, country) for phone in phones]


def _e164(phone: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
