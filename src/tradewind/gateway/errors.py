"""Errors to problem documents (RFC 9457): the one place that knows their HTTP status."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.problem import FieldError, Problem
from tradewind.core.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    ThrottledError,
    TransientError,
    UnauthenticatedError,
)

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
_ENCODER: Final = msgspec.json.Encoder()

#: What the validator calls it, and what we do.
_VALIDATION_CODES: Final = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "unexpected_keyword_argument": "unknown_field",
}


class RequestError(Exception):
    """A request the gateway itself refuses; `status` is HTTP's."""

    def __init__(
        self, status: int, code: str, detail: str, errors: Sequence[FieldError] = ()
    ) -> None:
        """Keep what the problem document says."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A problem document and the headers that go with it."""

    problem: Problem
    headers: Mapping[str, str] = field(default_factory=dict)


async def answer_error(_request: Request, error: Exception) -> Response:
    """Handle every exception that leaves a route; what is unknown says nothing about itself."""
    return failure_response(failure_of(error))


def failure_response(failure: Failure) -> Response:
    """Spell a failure."""
    return Response(
        _ENCODER.encode(
            {name: value for name, value in asdict(failure.problem).items() if value is not None}
        ),
        status_code=failure.problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers={"cache-control": "no-store", **failure.headers},
    )


def failure_of(error: Exception) -> Failure:
    """Say what an exception means over HTTP."""
    match error:
        case RequestError():
            return _failure(error.status, error.code, error.detail, error.errors)
        case DomainError():
            return _failure_of_domain(error)
        case RequestValidationError():
            return invalid([_field_error(each) for each in error.errors()])
        case HTTPException():
            return _failure_of_framework(error)
        case _:
            return _failure(500, "internal_error", "An unexpected error; it was recorded.")


def invalid(errors: Sequence[FieldError]) -> Failure:
    """Say which fields of a request are wrong."""
    first = errors[0] if errors else None
    code = first.code if first is not None and len(errors) == 1 else "invalid_request"
    return _failure(422, code, "The request is not valid.", tuple(errors))


def throttled(retry_after_s: float) -> ThrottledError:
    """Too many requests of one user or address."""
    return ThrottledError("rate_limited", "Too many requests.", int(retry_after_s) + 1)


def _failure_of_domain(error: DomainError) -> Failure:
    match error:
        case InvalidError():
            each = FieldError(field=error.field, code=error.code, message=error.detail)
            return _failure(422, error.code, error.detail, (each,))
        case UnauthenticatedError():
            failure = _failure(401, error.code, error.detail)
            return Failure(problem=failure.problem, headers={"www-authenticate": "Bearer"})
        case ForbiddenError():
            return _failure(403, error.code, error.detail)
        case NotFoundError():
            return _failure(404, error.code, error.detail)
        case ConflictError():
            failure = _failure(409, error.code, error.detail)
            order_id = None if error.order_id is None else str(error.order_id)
            return replace(failure, problem=replace(failure.problem, order_id=order_id))
        case ThrottledError():
            return _later(429, error, error.retry_after_s)
        case TransientError():
            return _later(503, error, error.retry_after_s)
        case _:
            return _failure(500, "internal_error", "An unexpected error; it was recorded.")


def _failure_of_framework(error: HTTPException) -> Failure:
    status = HTTPStatus(error.status_code)
    failure = _failure(status, status.name.lower(), status.description or status.phrase)
    return Failure(problem=failure.problem, headers=dict(error.headers or {}))


def _later(status: int, error: DomainError, retry_after_s: int) -> Failure:
    failure = _failure(status, error.code, error.detail)
    return Failure(problem=failure.problem, headers={"retry-after": str(retry_after_s)})


def _failure(status: int, code: str, detail: str, errors: tuple[FieldError, ...] = ()) -> Failure:
    return Failure(
        problem=Problem(
            type="about:blank",
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            code=code,
            errors=errors,
        )
    )


def _field_error(error: Mapping[str, Any]) -> FieldError:
    """Name the field without its place (body, query, path); the message quotes no input."""
    kind = str(error["type"])
    place = [str(part) for part in error["loc"]][1:]
    return FieldError(
        field=".".join(place) or "body",
        code=_VALIDATION_CODES.get(kind, kind),
        message=str(error["msg"]),
    )
