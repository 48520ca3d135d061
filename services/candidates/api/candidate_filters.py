"""What a list of candidates is narrowed by, and the rule of a pool, which asks for the same."""

import inspect
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, create_model

from services.candidates.api.bodies import Email, Line, Skill
from services.candidates.domain.contact import email_key
from services.candidates.domain.nearby import UnknownPlaceError, coordinates_of
from services.candidates.storage.pool_rules import Rule
from services.candidates.storage.search import Filters
from shared.errors import Invalid
from shared.events.fields import Country, KnownCurrency
from shared.events.vocabulary import Level, MarketStatus, Tier
from shared.ids import spelled
from shared.security.auth import Forbidden, Principal
from shared.timestamps import Moment

MOST_SKILLS = 20

Skills = Annotated[list[Skill], Query(max_length=MOST_SKILLS)]


def filters_of(
    *,
    skill: Annotated[Skills, Query(description="The skills that a person has, all of them: repeat the parameter.")] = [],  # noqa: B006
    any_skill: Annotated[
        Skills, Query(description="The skills of which a person has one, at least.", examples=[["go", "rust"]])
    ] = [],  # noqa: B006
    level: Level | None = None,
    country: Annotated[Country | None, Query()] = None,
    city: Annotated[Line | None, Query(description="The city, whatever its case and accents.", examples=["Berlin"])] = None,
    years_from: Annotated[
        float | None, Query(ge=0, le=80, allow_inf_nan=False, description="The least years of experience.", examples=[5])
    ] = None,
    years_to: Annotated[
        float | None, Query(ge=0, le=80, allow_inf_nan=False, description="The most years of experience.", examples=[12])
    ] = None,
    market_status: Annotated[
        MarketStatus | None, Query(description="The newer of what the record says and what events taught.")
    ] = None,
    tier: Tier | None = None,
    salary_to: Annotated[
        float | None, Query(ge=0, le=1e12, allow_inf_nan=False, description="The most that a person asks for. Needs currency.")
    ] = None,
    currency: Annotated[
        KnownCurrency | None, Query(description="The currency of salary_to, and of what people ask for.", examples=["EUR"])
    ] = None,
    source: Annotated[
        str | None,
        Query(pattern=r"^[a-z0-9][a-z0-9._-]{0,49}$", description="Who has a reference of this source.", examples=["demo"]),
    ] = None,
    last_contact_before: Annotated[
        Moment | None,
        Query(
            description="Whom nobody has contacted since; who was never contacted is among them.",
            examples=["2026-01-01T00:00:00Z"],
        ),
    ] = None,
    near: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Who lives near this place: <city>,<country> of a city with 15,000 people or more, or <latitude>,"
            "<longitude>. Cities are compared by their centres.",
            examples=["Berlin,DE"],
        ),
    ] = None,
    within_km: Annotated[
        float | None,
        Query(gt=0, le=500, allow_inf_nan=False, description="How near, in kilometres; default: 50. Needs near."),
    ] = None,
    pool: Annotated[
        UUID | None, Query(description="Members of this pool.", examples=["3f0c5d0a-3d51-5a35-9d4e-4f1f5f2b7c11"])
    ] = None,
    vetted: Annotated[
        bool | None, Query(description="Whether somebody of the team has looked into them; now.", examples=[True])
    ] = None,
    email: Annotated[Email | None, Query(description="Needs contact_details:read.")] = None,
) -> Filters:
    """What is asked for. Raises Invalid where values contradict each other."""
    if salary_to is not None and currency is None:
        raise Invalid.of("salary_to", "needs a currency: an amount alone says nothing")
    if years_from is not None and years_to is not None and years_to < years_from:
        raise Invalid.of("years_to", "must not be below years_from")
    if within_km is not None and near is None:
        raise Invalid.of("within_km", "needs near: a distance from where?")
    if near is not None:
        try:
            coordinates_of(near)
        except UnknownPlaceError as error:
            raise Invalid.of("near", str(error)) from error
    return Filters(
        skills=skill,
        any_skill=any_skill,
        level=level,
        country=country,
        city=city,
        years_from=years_from,
        years_to=years_to,
        market_status=market_status,
        tier=tier,
        salary_to=salary_to,
        currency=currency,
        source=source,
        last_contact_before=last_contact_before,
        near=near,
        within_km=within_km,
        pool=pool,
        vetted=vetted,
        contact_keys=(email_key(email),) if email is not None else (),
    )


NOT_OF_A_RULE = frozenset({"email", "pool"})
"""What a rule does not ask for: contact details, which have a scope of their own, and who is in another pool."""
RULE_WORDS = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Words that a member's record has, as they stand: as q of GET /v1/candidates, but no beginnings of words and "
        "no names spelled alike.",
        examples=["engineer"],
    ),
]


def _rule_fields() -> dict[str, Any]:
    """The parameters of ``filters_of`` as the fields of a model, so that a search and a rule have one parser."""
    hints = get_type_hints(filters_of, include_extras=True)
    parameters = inspect.signature(filters_of).parameters.values()
    return {one.name: (hints[one.name], one.default) for one in parameters if one.name not in NOT_OF_A_RULE}


if TYPE_CHECKING:
    PoolRule = BaseModel
else:
    PoolRule = create_model(
        "PoolRule",
        __config__=ConfigDict(extra="forbid", frozen=True),
        __doc__="A saved search: what GET /v1/candidates takes by the same names. Whoever meets all of it is a member.",
        q=(RULE_WORDS, None),
        **_rule_fields(),
    )


def rule_of(sent: BaseModel) -> Rule:
    """The rule that a body states. Raises Invalid."""
    given = dict(sent)
    words: str | None = given.pop("q")
    return Rule(None if words is None else spelled(words), filters_of(**given))


FiltersDep = Annotated[Filters, Depends(filters_of)]


def demand_contact_scope(filters: Filters, principal: Principal) -> None:
    """Raise Forbidden where a token that may not read contact details finds by them."""
    if filters.contact_keys and not principal.may("contact_details:read"):
        raise Forbidden(f"The token {principal.name!r} lacks the scope contact_details:read, which finding by e-mail needs.")
