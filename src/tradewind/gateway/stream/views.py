"""An event as its owner sees it: the row without what concerns the house alone."""

from typing import Final

import msgspec

from tradewind.gateway.stream.messages import iso
from tradewind.infra.eventlog import LoggedEvent

#: Columns that say how the house deals with a trade; at any depth of a body.
_HOUSE: Final = frozenset({
    "actor", "bbo_ask", "bbo_bid", "book", "book_rule_version", "capacity", "carry",
    "conversion_quotes", "entity_id", "hedge_reference", "lots", "markup", "markup_version",
    "on_behalf_of", "rules_version", "status_actor", "user_id",
})  # fmt: skip


def client_event(event: LoggedEvent) -> bytes:
    """Spell one event for the account's owner."""
    return msgspec.json.encode(
        {
            "account_id": event.account_id,
            "seq": event.seq,
            "type": event.type,
            "time": iso(event.at),
            "cause": event.cause,
            "data": _without_house(msgspec.json.decode(event.data)),
        }
    )


def _without_house(value: object) -> object:
    match value:
        case dict():
            return {key: _without_house(each) for key, each in value.items() if key not in _HOUSE}
        case list():
            return [_without_house(each) for each in value]
        case _:
            return value
