"""Errors that cross layers, each with a stable code; the gateway maps them to HTTP once."""

from uuid import UUID


class DomainError(Exception):
    """A request that cannot be done; nothing changed. `code` is stable, `detail` for people."""

    def __init__(self, code: str, detail: str) -> None:
        """Keep both, and show both."""
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class NotFoundError(DomainError):
    """It does not exist, or it is not the caller's: the answer is the same."""


class ConflictError(DomainError):
    """It exists in another state or version, or a key is taken; `order_id` names whose it is."""

    def __init__(self, code: str, detail: str, order_id: UUID | None = None) -> None:
        """Name the order in the way, where there is one."""
        super().__init__(code, detail)
        self.order_id = order_id


class ForbiddenError(DomainError):
    """The caller's role does not allow it."""


class InvalidError(DomainError):
    """The request itself is wrong; `field` names where."""

    def __init__(self, field: str, code: str, detail: str) -> None:
        """Name the offending field."""
        super().__init__(code, detail)
        self.field = field


class TransientError(DomainError):
    """Nothing happened; try again after `retry_after_s` seconds."""

    def __init__(self, code: str, detail: str, retry_after_s: int = 1) -> None:
        """Say when to come back."""
        super().__init__(code, detail)
        self.retry_after_s = retry_after_s


class UnknownOutcomeError(TransientError):
    """It may have happened; repeat with the same key to learn the truth, never with a new one."""


class UnauthenticatedError(DomainError):
    """Nobody we know: no token, a bad one, or credentials that do not match."""


class ThrottledError(DomainError):
    """Too many attempts; the next one may come after `retry_after_s` seconds."""

    def __init__(self, code: str, detail: str, retry_after_s: int) -> None:
        """Say when to come back."""
        super().__init__(code, detail)
        self.retry_after_s = retry_after_s
