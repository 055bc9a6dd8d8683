"""Whether an LP stays connected: one that comes and goes does not count until it stands still.

Source: docs/domain/quotes.md
"""

from datetime import datetime, timedelta
from typing import Final

from tradewind.core.values import frozen

LOSSES_MAX: Final = 3
LOSSES_WITHIN: Final = timedelta(seconds=60)
HOLD: Final = timedelta(seconds=10)


@frozen
class Steadiness:
    """The last losses of one LP, and since when it quotes again; None while it is away."""

    losses: tuple[datetime, ...] = ()
    back_at: datetime | None = None


def lost(state: Steadiness, now: datetime) -> Steadiness:
    """Note the loss of an LP that quoted; a failed attempt to come back is none."""
    if state.back_at is None:
        return state
    return Steadiness(losses=(*state.losses, now)[-LOSSES_MAX:])


def returned(state: Steadiness, now: datetime) -> Steadiness:
    """Note that the LP quotes again."""
    return state if state.back_at else Steadiness(losses=state.losses, back_at=now)


def is_unsteady(state: Steadiness, now: datetime) -> bool:
    """Tell whether an LP lost too often of late has not stood long enough since."""
    back_at, losses = state.back_at, state.losses
    return (
        back_at is not None
        and len(losses) == LOSSES_MAX
        and back_at - losses[0] <= LOSSES_WITHIN
        and now - back_at < HOLD
    )
