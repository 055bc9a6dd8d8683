"""What one holding of a shard's lease is made of: the book, prices, and who is asked about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tradewind.core.accounts import GroupTerms
from tradewind.core.ids import AccountId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.services.risk.asking import Asker
from tradewind.services.risk.book import Book
from tradewind.services.risk.marks import Marks
from tradewind.services.risk.screen import candidates, legs_moved, value
from tradewind.services.risk.tables import Tables, make_tables


@dataclass(slots=True, kw_only=True)
class Watch:
    """Values the book and hands on whom it finds. Nothing here waits."""

    book: Book
    groups: Mapping[UUID, GroupTerms]
    instruments: Callable[[], Mapping[Symbol, Instrument]]
    marks: Marks
    asker: Asker
    unpriced: int = 0
    _tables: Tables | None = None
    _made_of: tuple[object, ...] = field(default=())

    def revalue_all(self) -> None:
        """Value every account."""
        tables, book = self._current_tables(), self.book
        prices = self.marks.refresh(tables, book.symbols.names)
        book.take_changed()
        valued = value(book, tables, prices)
        self.unpriced = valued.unpriced
        found = candidates(book, tables, valued, None)
        self._offer(found.places.tolist(), found.urgent.tolist(), lambda _: True)

    def revalue_moved(self) -> None:
        """Value the accounts that changed, or hold something whose price moved."""
        tables, book = self._current_tables(), self.book
        prices = self.marks.refresh(tables, book.symbols.names)
        chosen, touched = legs_moved(book, tables, prices, book.take_changed())

        def is_over(account: AccountId) -> bool:
            place = book.place(account)
            return place is None or bool(touched[place])

        if not touched.any():
            self._offer([], [], is_over)
            return
        found = candidates(book, tables, value(book, tables, prices, chosen), touched)
        self._offer(found.places.tolist(), found.urgent.tolist(), is_over)

    def _offer(
        self, places: list[int], urgent: list[bool], is_over: Callable[[AccountId], bool]
    ) -> None:
        named = (self.book.ids[place] for place in places)
        self.asker.offer(list(zip(named, urgent, strict=True)), is_over)

    def _current_tables(self) -> Tables:
        """Make the tables anew when what they are made of is another."""
        book, instruments = self.book, self.instruments()
        made_of = (len(book.terms), len(book.symbols), self.groups, instruments)
        if self._tables is None or not all(map(_is_same, made_of, self._made_of)):
            names = book.symbols.names
            self._tables = make_tables(book.terms.names, self.groups, names, instruments)
            self._made_of = made_of
        return self._tables


def _is_same(one: object, other: object) -> bool:
    """Compare numbers by value and mappings by identity; the latter are replaced, never changed."""
    return one == other if isinstance(one, int) else one is other
