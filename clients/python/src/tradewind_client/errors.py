"""Why a call failed: problem documents (RFC 9457) as exceptions with a stable `code`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing that is wrong with a request; `field` is a name, or a path with dots."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the API says about a failure; `order_id` names the order in the way."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()
    order_id: str | None = None


class ApiError(Exception):
    """A call that the API refused, or could not answer.

    `follows_unknown` says that the same call was sent before and its answer was lost.
    """

    def __init__(self, problem: Problem, retry_after_s: float = 0.0) -> None:
        """Keep the whole problem; `retry_after_s` is when a repetition makes sense."""
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.problem = problem
        self.retry_after_s = retry_after_s
        self.follows_unknown = False

    @property
    def code(self) -> str:
        """For machines, and stable."""
        return self.problem.code


class MalformedError(ApiError):
    """400, 413, 415: the request cannot be read."""


class UnauthenticatedError(ApiError):
    """401: no login, or one that has ended."""


class ForbiddenError(ApiError):
    """403: the user's role does not allow it."""


class NotFoundError(ApiError):
    """404: unknown, or somebody else's."""


class ConflictError(ApiError):
    """409: another state or version, or a key that was used for something else."""


class InvalidError(ApiError):
    """422: the fields named in `problem.errors` are wrong; nothing was stored."""


class ThrottledError(ApiError):
    """429: too many requests; nothing happened."""


class TransientError(ApiError):
    """503, or nobody answers: nothing happened."""


class UnknownOutcomeError(TransientError):
    """It may have happened. Repeat the call with `key` to learn the truth, never with a new one."""

    def __init__(self, problem: Problem, retry_after_s: float, key: str | None) -> None:
        """`key` is the Idempotency-Key that was sent, if the call has one."""
        super().__init__(problem, retry_after_s)
        self.key = key


class StreamError(Exception):
    """The stream refused a subscription; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both, and show both."""
        super().__init__(f"{code}: {message}")
        self.code = code


_KINDS: Final[Mapping[int, type[ApiError]]] = {
    400: MalformedError,
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    413: MalformedError,
    415: MalformedError,
    422: InvalidError,
    429: ThrottledError,
    503: TransientError,
}
_OUTCOME_UNKNOWN: Final = "outcome_unknown"


def error_of(status: int, content: bytes, retry_after: str | None, key: str | None) -> ApiError:
    """Read a failed answer; one that is no problem document (a proxy's) is named by its status."""
    try:
        problem = msgspec.json.decode(content, type=Problem)
    except msgspec.DecodeError:
        problem = own_problem(status, f"http_{status}", "The answer is not a problem document.")
    retry_after_s = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
    if problem.code == _OUTCOME_UNKNOWN:
        return UnknownOutcomeError(problem, retry_after_s, key)
    return _KINDS.get(status, ApiError)(problem, retry_after_s)


def own_problem(status: int, code: str, detail: str) -> Problem:
    """Describe a failure that the API did not describe."""
    return Problem(type="about:blank", title="", status=status, detail=detail, code=code)
