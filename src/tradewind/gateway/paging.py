"""Pages: one row more than asked tells whether there is a next page."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from tradewind.core.errors import InvalidError
from tradewind.services.accounts.model import Page


class _Identified(Protocol):
    """A row or a view with an id, which is its cursor."""

    @property
    def id(self) -> UUID:
        """The id."""
        ...


Item = TypeVar("Item", bound=_Identified)


def one_more(after: UUID | None, limit: int) -> Page:
    """Ask for a page and the row behind it."""
    return Page(after=after, limit=limit + 1)


def cut(rows: Sequence[Item], limit: int) -> tuple[Sequence[Item], str | None]:
    """Return the page and the cursor of the next; `rows` may hold one row more."""
    page = rows[:limit]
    return page, str(page[-1].id) if len(rows) > limit else None


def slice_after(
    views: Sequence[Item], after: UUID | None, limit: int
) -> tuple[tuple[Item, ...], str | None]:
    """Cut a page out of a list that is held whole."""
    start = 0
    if after is not None:
        start = next((n for n, view in enumerate(views, start=1) if view.id == after), -1)
        if start < 0:
            raise InvalidError("after", "invalid_cursor", "It is not in the list any more.")
    page, following = cut(views[start : start + limit + 1], limit)
    return tuple(page), following
