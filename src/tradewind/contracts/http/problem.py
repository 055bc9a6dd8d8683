"""Problem documents (RFC 9457), media type `application/problem+json`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing that is wrong with the request. `field` is a name, or a path with dots."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request failed. `code` is stable and for machines, `detail` is for people.

    `order_id` names the order that a `duplicate_client_order_id` or a final order is about.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()
    order_id: str | None = None
