"""Run the long-running parts of all services in one process: `python -m rekindle.runtime.worker [--only PART ...]`.

A part that raises or hangs ends the process with status 1, so that its supervisor starts everything again from what is
committed. SIGTERM and SIGINT let the parts finish what they hold.
"""

import argparse
import asyncio
import contextlib
import inspect
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic_settings import BaseSettings

from rekindle.runtime import watchdog
from rekindle.runtime.garbage_collection import collect_rarely
from rekindle.runtime.health import serve_health
from rekindle.runtime.registry import SERVICES, Service
from shared.observability.heartbeats import of_part
from shared.observability.logging import configure_logging
from shared.observability.tracing import configure_tracing
from shared.settings import SharedSettings

Part = Callable[[asyncio.Event], Awaitable[None]]

STOPS_WITHIN = 12.0
"""Seconds that parts have to finish what they hold."""

logger = logging.getLogger("rekindle.runtime.worker")


def all_parts(only: Collection[str] = ()) -> dict[str, Part]:
    """Every part that the installed services declare, by name; ``only`` loads no more services than these names need."""
    needed = {name.split(".")[0] for name in only}
    parts: dict[str, Part] = {}
    for service in SERVICES:
        if service.provides("worker") and (not needed or service.name in needed):
            parts.update(declared(import_module(f"{service.package}.worker"), service))
    return parts


def declared(module: ModuleType, service: Service) -> Mapping[str, Part]:
    """What one service's `parts` returns, given its settings when it asks for them."""
    wanted = inspect.signature(module.parts).parameters.values()
    if any(parameter.default is inspect.Parameter.empty for parameter in wanted):
        found: Mapping[str, Part] = module.parts(_settings_of(service))
    else:
        found = module.parts()
    return found


def _settings_of(service: Service) -> Any:
    module = import_module(f"{service.package}.settings")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, BaseSettings) and value.__module__ == module.__name__:
            return value()
    raise LookupError(f"{module.__name__} has no settings class")


async def run(parts: Mapping[str, Part], *, port: int, host: str = "127.0.0.1") -> bool:
    """Run the parts until a signal comes or one of them ends by itself; returns whether all ended well."""
    stop = asyncio.Event()
    tasks = {asyncio.create_task(_named(name, part, stop), name=name) for name, part in parts.items()}
    logger.info("running %s", ", ".join(sorted(parts)) or "no part")
    async with contextlib.AsyncExitStack() as exits:
        exits.enter_context(_set_on_signals(stop))
        if port:
            await exits.enter_async_context(serve_health(host, port, is_stopping=stop.is_set))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        ended_alone = not stop.is_set()
        stop.set()
        await stopping
        return await _finish(tasks) and not ended_alone


@contextlib.contextmanager
def _set_on_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _named(name: str, part: Part, stop: asyncio.Event) -> None:
    try:
        with of_part(name):
            await part(stop)
    except Exception:
        logger.exception("%s failed; this process ends so that it is started again", name)
        raise
    if not stop.is_set():
        logger.error("%s ended although nobody stopped it", name)


async def _finish(tasks: set[asyncio.Task[None]]) -> bool:
    if not tasks:
        return True
    _, late = await asyncio.wait(tasks, timeout=STOPS_WITHIN)
    for task in late:
        logger.error("%s did not stop within %.0f s and is cancelled", task.get_name(), STOPS_WITHIN)
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return not any(isinstance(outcome, BaseException) for outcome in outcomes)


def main() -> int:
    """Run the parts; the exit status is 0 only after a requested stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    only = "run this part, or all parts of a service (several with commas)"
    parser.add_argument("--only", action="append", default=[], metavar="PART", help=only)
    parser.add_argument("--list", action="store_true", help="print the names of all parts")
    parser.add_argument("--port", type=int, default=0, help="serve /health and /metrics here; 0 does not")
    parser.add_argument("--host", default="127.0.0.1", help="the address for --port")
    asked = parser.parse_args()
    names = {name.strip() for value in asked.only for name in value.split(",")}
    parts = all_parts(names)
    if asked.list:
        print("\n".join(parts))
        return 0
    if unknown := names - parts.keys() - {name.split(".")[0] for name in parts}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; `--list` names all")
    parts = {name: part for name, part in parts.items() if not names or names & {name, name.split(".")[0]}}
    configure_logging(SharedSettings().log_level, service="worker")
    configure_tracing("rekindle-worker")
    try:
        import uvloop

        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        loop_factory = None
    collect_rarely()
    watchdog.start()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return 0 if runner.run(run(parts, port=asked.port, host=asked.host)) else 1


if __name__ == "__main__":
    sys.exit(main())
