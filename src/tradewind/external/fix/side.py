"""One side of one LP's book, kept by MDEntryID or, without ids, by price."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.quotes import DepthLevel
from tradewind.external.fix.tagvalue import CHANGE, DELETE, Entry, MalformedMessage

#: A book that grows beyond this is not one that its LP keeps.
ENTRIES_MAX: Final = 500


class BookSide:
    """The bids or the offers of one symbol.

    An LP that sends its top alone gives no ids and changes the one price it has. `tops` says that
    no more than the top was asked for: then an entry without id always replaces what is there.
    """

    def __init__(self, *, tops: bool) -> None:
        """Start empty."""
        self._tops = tops
        self._entries: dict[str | Decimal, DepthLevel] = {}

    def __bool__(self) -> bool:
        """Tell whether there is any price."""
        return bool(self._entries)

    def load(self, entry: Entry) -> None:
        """Take one entry of a snapshot."""
        if entry.price is None:
            raise MalformedMessage("an entry of a snapshot without a price")
        self._set(entry.entry_id or entry.price, entry.price, entry.size)

    def change(self, entry: Entry) -> None:
        """Take one entry of an increment: new, changed or deleted."""
        if entry.action == DELETE:
            self._delete(entry)
        elif entry.entry_id:
            self._change(entry.entry_id, entry)
        elif self._tops or self._changes_the_only_price(entry):
            self._replace(entry)
        elif entry.price is None:
            raise MalformedMessage("a new entry without a price")
        else:
            self._set(entry.price, entry.price, entry.size)

    def levels(self, best_first: int, count: int) -> Sequence[DepthLevel]:
        """Return the best levels, equal prices as one; `best_first` is 1 for asks, -1 for bids."""
        entries = list(self._entries.values())
        if len(entries) > 1:
            entries.sort(key=_price, reverse=best_first < 0)
        levels: list[DepthLevel] = []
        for entry in entries:
            if levels and levels[-1].price == entry.price:
                entry = DepthLevel(  # noqa: PLW2901 equal prices are one level
                    price=entry.price, size=Quantity(levels.pop().size + entry.size)
                )
            elif len(levels) == count:
                break
            levels.append(entry)
        return levels

    def _changes_the_only_price(self, entry: Entry) -> bool:
        return (
            entry.action == CHANGE
            and len(self._entries) == 1
            and (entry.price is None or entry.price not in self._entries)
        )

    def _change(self, key: str, entry: Entry) -> None:
        known = self._entries.get(key)
        price = entry.price if entry.price is not None or known is None else known.price
        size = entry.size if entry.size is not None or known is None else known.size
        if price is None:
            raise MalformedMessage("a new entry without a price")
        self._set(key, price, size)

    def _replace(self, entry: Entry) -> None:
        known = next(iter(self._entries.values()), None)
        price = entry.price if entry.price is not None or known is None else known.price
        size = entry.size if entry.size is not None or known is None else known.size
        if price is None:
            raise MalformedMessage("a new entry without a price")
        self._entries.clear()
        self._set(price, price, size)

    def _delete(self, entry: Entry) -> None:
        """Remove by id, else by price, else whatever is there."""
        if entry.entry_id:
            self._entries.pop(entry.entry_id, None)
        elif entry.price is not None and not self._tops:
            self._entries.pop(entry.price, None)
        else:
            self._entries.clear()

    def _set(self, key: str | Decimal, price: Decimal, size: Decimal | None) -> None:
        """Set one entry; a size of zero is an offer that ended, an absent one is unknown."""
        if size is not None and size <= ZERO:
            self._entries.pop(key, None)
            return
        if len(self._entries) >= ENTRIES_MAX and key not in self._entries:
            raise MalformedMessage("a book with too many entries")
        self._entries[key] = DepthLevel(price=Price(price), size=Quantity(size or ZERO))


def _price(level: DepthLevel) -> Price:
    return level.price
