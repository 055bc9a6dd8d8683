"""The guard that keeps binary floats away from money."""

import decimal


def trap_floats() -> None:
    """Make `Decimal(1.1)` and `Decimal < float` raise, in this thread and in every later one.

    `==` with a float is not trapped by Python. Every process calls this first.
    """
    for context in (decimal.DefaultContext, decimal.getcontext()):
        context.traps[decimal.FloatOperation] = True
