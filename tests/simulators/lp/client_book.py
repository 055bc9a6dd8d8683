"""A client's side of a full book."""

from tests.simulators.lp.raw_fix import Received


class ClientBook:
    """What a client makes of a snapshot and increments, entry by entry."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, str, str]] = {}

    def take(self, message: Received) -> None:
        if message.kind == "W":
            self.entries.clear()
        for entry in message.entries:
            action, entry_id = entry.get(279, "0"), entry[278]
            assert (action == "0") == (entry_id not in self.entries)
            if action == "2":
                side, *_ = self.entries.pop(entry_id)
                assert side == entry[269]
            else:
                self.entries[entry_id] = (entry[269], entry[270], entry[271])

    def document(self, symbol: str) -> object:
        def side(kind: str, sign: int) -> object:
            levels = [(*rest, each) for each, (of, *rest) in self.entries.items() if of == kind]
            levels.sort(key=lambda level: sign * float(level[0]))
            return [{"id": each, "price": price, "size": size} for price, size, each in levels]

        return {"symbol": symbol, "bids": side("0", -1), "asks": side("1", 1)}
