"""Whom a row names: its external id, else a keyed hash of its e-mail address, else of its telephone.

Who shares an address with somebody of another name is named by both (``use_cases/shared_mailboxes.py``).

The key is the installation's, so that nobody else can tell from a reference whose address it is made of.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.candidates.domain.contact import is_landline, mailbox_key, phone_in, read_email, read_phone
from services.candidates.domain.duplicates.names import read_name
from shared.errors import FieldError
from shared.ids import MalformedReferenceError, Reference, spelled

NOBODY = "must name somebody: an external id, an e-mail address, or a telephone number"


class NamesNobody(ValueError):
    """It cannot be said whose a row is. ``wrong`` are the field and the rule that it breaks."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.wrong = FieldError(field, rule)


@dataclass(frozen=True, slots=True)
class Named:
    """The reference of a row's person."""

    reference: Reference
    is_by_email: bool = False
    """Whether it is made of an e-mail address alone, which others may have too."""


def reference_of(
    source: str, external_id: str | None, fields: Mapping[str, Any], *, key: bytes, region: str | None, with_name: bool = False
) -> Named:
    """Whom a row names. ``with_name``: its e-mail address counts together with its name. Raises NamesNobody."""
    if external_id is not None:
        try:
            return Named(Reference.parse(f"{source}:{external_id}"))
        except MalformedReferenceError as error:
            raise NamesNobody("external_id", str(error)) from error
    problem: NamesNobody | None = None
    for field, read in (("emails", _mailbox), ("phones", _telephone)):
        for text in _texts(fields.get(field)):
            try:
                words = _words(fields) if with_name and field == "emails" else ()
                hashed = _keyed(key, " ".join((read(text, fields, region), *words)))
                return Named(Reference(source, hashed), is_by_email=field == "emails" and not with_name)
            except ValueError as error:
                problem = problem or NamesNobody(f"{field}[0]", str(error))
    raise problem or NamesNobody("candidate", NOBODY)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _mailbox(text: str, _fields: Mapping[str, Any], _region: str | None) -> str:
    return f"email:{mailbox_key(read_email(text))}"


def _telephone(text: str, fields: Mapping[str, Any], region: str | None) -> str:
    """In E.164; a landline with the name, whatever its order: a family has one.

    Of a national number whose country is not known, the digits with the name: they are those of strangers too.
    """
    location = fields.get("location")
    country = location.get("country") if isinstance(location, dict) else None
    phone = phone_in(country.upper() if isinstance(country, str) else region, read_phone(text))
    if not phone.startswith("+"):
        return f"phone:{phone} {spelled(str(fields.get('name')).casefold())}"
    return " ".join((f"phone:{phone}", *(_words(fields) if is_landline(phone) else ())))


def _words(fields: Mapping[str, Any]) -> list[str]:
    """The words of the name, whatever their order."""
    name = fields.get("name")
    return sorted(read_name(name).words) if isinstance(name, str) else []


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
