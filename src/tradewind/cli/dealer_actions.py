"""How commands spell a dealer's action."""

from tradewind.services.dealing.model import DealerAction, State


def shown(action: DealerAction) -> dict[str, object]:
    """Spell an action as JSON."""
    asked = action.wanted
    return {
        "id": action.id,
        "kind": asked.kind,
        "account_id": asked.account_id,
        "target_id": asked.target_id,
        "symbol": asked.symbol,
        "group": asked.group,
        "quantity": asked.quantity,
        "price": asked.price,
        "lp_reference": asked.lp_reference,
        "reason": asked.reason,
        "content_hash": action.content_hash.hex(),
        "order_id": action.order_id,
        "state": action.state,
        "outcome": action.outcome,
        "created_by": action.created_by,
        "created_at": action.created_at,
        "decided_by": action.decided_by,
        "decided_at": action.decided_at,
        "accounts": action.accounts,
        "orders": action.orders,
        "failed": action.failed,
    }


def line(action: DealerAction) -> str:
    """Spell an action on a line."""
    asked = action.wanted
    place = asked.target_id or asked.account_id or asked.symbol or asked.group
    text = f"{action.state}: {asked.kind} {place}"
    if action.state is State.PENDING:
        agreed = action.content_hash.hex()
        return f"{text}, action {action.id} waits for a second person, hash {agreed}"
    if action.accounts is not None:
        return f"{text}, {action.accounts} accounts, {action.orders} orders, {action.failed} failed"
    return text if action.outcome is None else f"{text}, {action.outcome}"
