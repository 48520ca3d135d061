"""Errors as problem details (RFC 9457). Only this module knows which HTTP status an error becomes."""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared import errors
from shared.db.engine import is_transient
from shared.security.auth import Forbidden, Unauthenticated
from shared.web.routing import TooManyRequests

logger = logging.getLogger(__name__)

STATUS_OF: dict[type[errors.DomainError], int] = {
    errors.BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.PreconditionFailed: 412,
    errors.Invalid: 422,
    errors.PreconditionRequired: 428,
    TooManyRequests: 429,
    errors.Unavailable: 503,
    errors.TimedOut: 504,
}
"""The one table from error to status; a subclass has its parent's."""

_OF_STATUS = {
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take this method"),
    413: ("body_too_large", "The body is too large"),
    415: ("unsupported_media_type", "This content type is not read here"),
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; the last part of type"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "rule"],
                "properties": {"field": {"type": "string"}, "rule": {"type": "string"}},
            },
        },
        "request_id": {"type": "string"},
    },
}


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of a domain error."""
    return next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), 500)


def problem(error: errors.DomainError, *, request_id: str) -> dict[str, Any]:
    """The problem details (RFC 9457) of a domain error."""
    body: dict[str, Any] = {
        "type": f"urn:rekindle:problem:{error.code}",
        "title": error.title,
        "status": status_of(error),
        "code": error.code,
        "detail": error.detail,
    }
    if error.errors:
        body["errors"] = [{"field": wrong.field, "rule": wrong.rule} for wrong in error.errors]
    return body | error.extra | {"request_id": request_id}


def request_id_of(request: Request) -> str:
    """The id that this request is logged and answered under."""
    return str(getattr(request.state, "request_id", ""))


def answer_error(request: Request, error: Exception) -> Response:
    """The problem details that whatever an operation raised is answered with. What nobody expected is logged."""
    if isinstance(error, errors.DomainError):
        return _respond(request, error)
    if isinstance(error, RequestValidationError):
        return _respond(request, invalid_from(error.errors()))
    if isinstance(error, HTTPException):
        return _http_error(request, error)
    return _fault(request, error) if is_transient(error) else _unexpected(request, error)


def _respond(request: Request, error: errors.DomainError) -> Response:
    status = status_of(error)
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in {429, 503}:
        headers["Retry-After"] = str(error.extra.get("retry_after", 1))
    content = problem(error, request_id=request_id_of(request))
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def invalid_from(found: Sequence[Any], *, under: str = "") -> errors.Invalid:
    """The error that names every field and rule of pydantic's ``errors()``; ``under`` is put before each field."""
    wrong = [errors.FieldError(_path(one["loc"], under), rule_of(one)) for one in found]
    return errors.Invalid("; ".join(f"{one.field} {one.rule}" for one in wrong[:5]), errors=wrong)


_OUTER = frozenset({"body", "query", "path", "header"})


def _path(location: Sequence[str | int], under: str) -> str:
    parts = list(location)
    if parts and parts[0] in _OUTER and not under:
        parts = parts[1:] or parts
    text = under
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "body"


_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "string_type": "must be a string",
    "string_pattern_mismatch": "must match the regular expression {pattern}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "must be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), "must be a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    **dict.fromkeys(("uuid_type", "uuid_parsing", "uuid_version"), "must be a UUID"),
}
"""Rules in the words of JSON, where pydantic's are of Python."""


def rule_of(one: Any) -> str:
    """The rule that one error of pydantic's names, in the words of JSON."""
    kind, message = one["type"], str(one["msg"])
    if kind == "too_short" and one["ctx"]["min_length"] == 1:
        return "must not be empty"
    if kind in _RULES:
        return _RULES[kind].format(**{name: _plain(value) for name, value in one.get("ctx", {}).items()})
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message.replace("Input should be", "must be", 1).replace("String should", "must", 1)


def _plain(value: object) -> object:
    """A limit as JSON writes it: 1 for 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _http_error(request: Request, error: HTTPException) -> Response:
    code, title = _OF_STATUS.get(error.status_code, ("http_error", "The request was refused"))
    content = {
        "type": f"urn:rekindle:problem:{code}",
        "title": title,
        "status": error.status_code,
        "code": code,
        "detail": str(error.detail),
        "request_id": request_id_of(request),
    }
    return JSONResponse(content, error.status_code, dict(error.headers or {}), media_type="application/problem+json")


_NOT_KNOWN = (
    "Whether the request took effect is not known. Send it again, with the same Idempotency-Key if it had one: what was stored "
    "under an id, a reference or a key is not stored twice."
)


def _fault(request: Request, error: Exception) -> Response:
    logger.warning("a part does not answer: %r", error)
    detail = "The database or the broker does not answer as it should just now. "
    if request.method in {"GET", "HEAD"}:
        return _respond(request, errors.Unavailable(detail + "Try again."))
    # The acknowledgement of a commit may have been lost: what is not known is not claimed.
    return _respond(request, errors.Unavailable(detail + _NOT_KNOWN))


def _unexpected(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path_format", None)  # an address may hold what a person is called
    logger.error("unexpected error", exc_info=error, extra={"method": request.method, "route": route})
    failure = errors.DomainError("Something went wrong here. It is in the log under this request id.")
    content = problem(failure, request_id=request_id_of(request)) | {"code": "internal_error"}
    content["type"] = "urn:rekindle:problem:internal_error"
    return JSONResponse(content, 500, media_type="application/problem+json")
