"""How commands speak: progress on standard error, results on standard output, plain errors."""

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

import asyncpg
import click

from tradewind.infra.local.errors import LocalError
from tradewind.infra.migrator import MigrationError
from tradewind.infra.secrets import SecretError
from tradewind.infra.settings import SettingError

P = ParamSpec("P")


def plain_errors(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async command; what a user can mend becomes one sentence and exit status 1."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            asyncio.run(command(*args, **kwargs))
        except (LocalError, MigrationError, SecretError, SettingError) as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:
            raise  # click ends quietly when the reader of our output has gone
        except (asyncpg.PostgresError, OSError) as error:
            raise click.ClickException(f"{type(error).__name__}: {error}") from None

    return run


class Progress:
    """One line per step, with the seconds since the command began."""

    def __init__(self) -> None:
        """Count from now."""
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        """Print one step."""
        click.echo(f"{time.monotonic() - self._began:6.1f} s  {line}", err=True)
