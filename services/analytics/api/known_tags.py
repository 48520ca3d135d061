"""If-None-Match: the entity tags that a caller has."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Header


async def _known_tags(
    if_none_match: Annotated[
        str | None,
        Header(
            alias="If-None-Match", description="The ETags that the caller has: 304 where one is current.", examples=['"4c1f"']
        ),
    ] = None,
) -> frozenset[str]:
    return frozenset(one.strip().removeprefix("W/") for one in if_none_match.split(",")) if if_none_match else frozenset()


KnownTagsDep = Annotated[frozenset[str], Depends(_known_tags)]


def is_known(tag: str, known: Collection[str]) -> bool:
    """Whether the caller has what has this tag."""
    return "*" in known or tag in known
