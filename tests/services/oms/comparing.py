"""What an order is to the service and to its twin, in the same words."""

from tests.services.oms.resting_twin import Rest
from tradewind.contracts.events import OrderRow


def told(row: OrderRow) -> tuple[object, ...]:
    units = row.quantity if row.side == "buy" else -row.quantity
    filled = row.filled_quantity if row.side == "buy" else -row.filled_quantity
    end = row.reject_code or row.end_code
    triggered = row.triggered_at is not None
    return (row.state, units, filled, row.limit_price, row.stop_price, end, triggered, row.reason)


def expected(rest: Rest) -> tuple[object, ...]:
    return (
        rest.state,
        rest.units,
        rest.filled,
        rest.limit,
        rest.stop,
        rest.end,
        rest.is_triggered,
        rest.role,
    )
