"""Structured logs: one line an event, JSON outside a terminal, with the request's and the trace's id.

No line holds a value of a record: exceptions are described by ``describe``, whoever logs them, libraries too.
"""

import logging
import sys
from contextvars import ContextVar

import structlog
from opentelemetry import trace

from shared.observability.describing import describe, describe_in_full

request_id_var: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is answered; every line that is logged meanwhile carries it."""


def _add_request(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    request_id = request_id_var.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


class _Described:
    """Stands for an exception among the arguments of a message."""

    def __init__(self, error: BaseException) -> None:
        self._text = describe(error)

    def __repr__(self) -> str:
        return self._text


def _without_values(record: logging.LogRecord) -> bool:
    """Describe the exceptions of a message; a filter, because a message is put together by whoever formats it first."""
    if isinstance(record.args, tuple):
        record.args = tuple(_Described(one) if isinstance(one, BaseException) else one for one in record.args)
    if record.name == "asyncio":
        # The lines that follow quote the exception and the arguments of what was running.
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def _tell_exception(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = describe_in_full(error)
    return event


def _add_trace(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def configure_logging(level: str = "INFO", *, service: str | None = None) -> None:
    """Send the logs of this process, and of all libraries, to stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request,
        _add_trace,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_exception,
                renderer,
            ],
        )
    )
    handler.addFilter(_without_values)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("aiokafka", "uvicorn.access", "alembic", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.clear_contextvars()
    if service is not None:
        structlog.contextvars.bind_contextvars(service=service)
