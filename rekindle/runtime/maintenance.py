"""Reaching the services from a command: their settings and databases, as a running stack or the environment gives them."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from rekindle.runtime.registry import SERVICES, Service
from shared.db.engine import Sessions, connect
from shared.kafka.consumer import Subscription

BY_NAME: Mapping[str, Service] = {service.name: service for service in SERVICES}


class OutOfReach(Exception):
    """A service's database cannot be reached; the message says what to do."""


def use_environment(running: Mapping[str, Any]) -> None:
    """Take the addresses that a running stack wrote down; without a stack, those of the environment stand."""
    os.environ.update({str(name): str(value) for name, value in running.get("env", {}).items()})


def settings_of(service: str) -> Any:
    """The settings of a service, read from the environment. Raises OutOfReach when it does not name the database."""
    if not os.environ.get(BY_NAME[service].database_variable):
        raise OutOfReach(
            f"Nothing runs here and {BY_NAME[service].database_variable} is not set: name a running stack's folder with "
            "--data, or set the variable."
        )
    module = import_module(f"services.{service}.settings")
    return getattr(module, f"{service.capitalize()}Settings")()


@asynccontextmanager
async def database_of(service: str) -> AsyncIterator[tuple[Sessions, Any]]:
    """A service's database and settings for the length of the block. Raises OutOfReach, also for what the database refuses."""
    settings = settings_of(service)
    sessions = connect(settings.database_url, pool_size=2, name="rekindle command")
    try:
        yield sessions, settings
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise OutOfReach(
            f"The database of {service} does not do what it should: {reason}. `rekindle doctor` may say why."
        ) from error
    finally:
        await sessions.close()


def subscription_of(group: str) -> Subscription | None:
    """What a consumer group does with its records; None for a group that no service declares."""
    service = group.partition(".")[0]
    if service not in BY_NAME or not BY_NAME[service].provides("consumers"):
        return None
    declared = import_module(f"services.{service}.consumers").subscriptions(settings_of(service))
    return next((one for one in declared if one.group == group), None)
