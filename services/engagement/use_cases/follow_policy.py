"""Deriving everybody anew after a rule changed: in the background, in chunks, each of which is a transaction."""

import ast
import hashlib
import time
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement import domain
from services.engagement.domain.derive import Policy
from services.engagement.settings import EngagementSettings
from services.engagement.storage import rederivation, streams
from services.engagement.use_cases.derive_people import CHUNK, derive_people
from services.engagement.use_cases.transactions import transact
from shared import attempts, fit
from shared.db.engine import Sessions

SECONDS_IN_ONE_GO = 1.0
"""So long it works before what is due has its turn."""


RULES = (domain, attempts, fit)
"""The packages whose code says what follows from facts."""


def fingerprint_of(policy: Policy) -> str:
    """The same for the same intervals and code of the rules, in every process; comments and docstrings change nothing."""
    return hashlib.sha256(f"{_rules()} {policy!r}".encode()).hexdigest()


@cache
def _rules() -> str:
    files = sorted(file for package in RULES for folder in package.__path__ for file in Path(folder).rglob("*.py"))
    return code_digest(file.read_text(encoding="utf-8") for file in files)


def code_digest(sources: Iterable[str]) -> str:
    """A digest of what modules do, whatever is said about it."""
    digest = hashlib.sha256()
    for source in sources:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                node.body = [one for one in body if not _is_text(one)]  # type: ignore[attr-defined]  # of a node that has one
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


async def notice_policy(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> None:
    """At the start: where the rules are others than those that were seen last, everybody is to be derived anew."""
    await transact(sessions, lambda session: rederivation.begin(session, fingerprint_of(settings.policy), now))


async def follow_policy(
    sessions: Sessions, *, now: datetime, settings: EngagementSettings, seconds: float = SECONDS_IN_ONE_GO
) -> int:
    """Derive the next persons by the rules of now, for some seconds; returns how many. Where it stopped, it goes on.

    A clock that still runs by older rules than those that were seen last derives nobody.
    """
    rules = fingerprint_of(settings.policy)

    async def work(session: AsyncSession) -> int:
        await streams.share_map(session)
        people = await rederivation.next_people(session, rules, CHUNK)
        await derive_people(session, people, now=now, settings=settings)
        await rederivation.move(session, rules, people, CHUNK)
        return len(people)

    ends, count = time.monotonic() + seconds, 0
    while True:
        done = await transact(sessions, work)
        count += done
        if done < CHUNK or time.monotonic() >= ends:
            return count
