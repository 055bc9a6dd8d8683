"""How a command tells that it was refused: a line or one JSON object, and an exit status."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import click
import msgspec

from tradewind.core.errors import ConflictError, DomainError, InvalidError, NotFoundError

EXIT_REFUSED: Final = 1
EXIT_NOT_FOUND: Final = 4
EXIT_CONFLICT: Final = 5
EXIT_APPROVAL: Final = 6


@contextmanager
def told_refusals(*, as_json: bool) -> Generator[None]:
    """Turn a refusal into one line, or one JSON object, and the exit status of its kind."""
    try:
        yield
    except DomainError as error:
        field = error.field if isinstance(error, InvalidError) else None
        if as_json:
            print_json({"error": {"code": error.code, "field": field, "detail": error.detail}})
        else:
            place = "" if field is None else f"{field}: "
            click.echo(f"Error: {place}{error.code}: {error.detail}", err=True)
        sys.exit(_status(error))


def print_json(value: object) -> None:
    """Print one JSON value on a line."""
    click.echo(msgspec.json.encode(value).decode())


def _status(error: DomainError) -> int:
    if error.code == "approval_required":
        return EXIT_APPROVAL
    match error:
        case NotFoundError():
            return EXIT_NOT_FOUND
        case ConflictError():
            return EXIT_CONFLICT
        case _:
            return EXIT_REFUSED
