"""Messages we send to LPs."""

from typing import Final

import quickfix as fix

SUBSCRIBE: Final = "1"
UNSUBSCRIBE: Final = "2"
WHOLE_BOOK: Final = "0"
TOP_OF_BOOK: Final = "1"


def market_data_request(request_id: str, symbol: str, *, action: str, depth: int) -> fix.Message:
    """Build a MarketDataRequest (V): incremental, one symbol, the top or the whole book."""
    message = fix.Message()
    message.getHeader().setField(fix.StringField(35, "V"))
    for tag, value in (
        (262, request_id),
        (263, action),
        (264, TOP_OF_BOOK if depth == 1 else WHOLE_BOOK),
        (265, "1"),
    ):
        message.setField(fix.StringField(tag, value))
    for side in ("0", "1"):
        entry_type = fix.Group(267, 269)
        entry_type.setField(fix.StringField(269, side))
        message.addGroup(entry_type)
    instrument = fix.Group(146, 55)
    instrument.setField(fix.StringField(55, symbol))
    message.addGroup(instrument)
    return message
