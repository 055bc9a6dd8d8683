"""The book by itself: what each event does to it, and what it cannot know from one."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import pytest

from tests.services.risk.universe import Universe, draw_client, views_of
from tradewind.core.ids import AccountId
from tradewind.infra.eventlog import LoggedEvent
from tradewind.services.risk.book import Book
from tradewind.services.risk.columns import AccountView, PositionView
from tradewind.services.risk.verifying import Settling, Slices, Stored

D = Decimal
AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
ACCOUNT = AccountId(UUID(int=1))
POSITION = UUID(int=50)


def view(account: UUID = ACCOUNT, seq: int = 1, **changes: Any) -> AccountView:
    fields: dict[str, Any] = {"balance": 100.0, "credit": 0.0, "called": False, "terms": None}
    return AccountView(id=account, seq=seq, **(fields | changes))


def event(seq: int, kind: str, account: UUID = ACCOUNT, **body: Any) -> LoggedEvent:
    return LoggedEvent(
        account_id=account,
        seq=seq,
        position=seq,
        type=kind,
        data=msgspec.json.encode(body).decode(),
        cause=None,
        actor="test",
        at=AT,
    )


def position_event(seq: int, kind: str, quantity: str, **changes: Any) -> LoggedEvent:
    row: dict[str, Any] = {
        "id": POSITION,
        "symbol": "EURUSD",
        "side": "sell",
        "quantity": D(quantity),
        "open_price": D("1.1"),
        "margin_notional": D(quantity) * D("1.1"),
    }
    return event(seq, f"position.{kind}", **(row | changes))


def posted(seq: int, balance: str, source: str = "client:1") -> LoggedEvent:
    postings = [{"source": source, "destination": "house:trading:b"}]
    return event(seq, "ledger.posted", balance=D(balance), postings=postings)


@pytest.fixture
def book() -> Book:
    """A book of account 1, which stands at event 1, owns 100 and holds nothing."""
    made = Book(["EURUSD"])
    made.put([view()])
    made.take_changed()
    return made


def held(book: Book) -> dict[UUID, PositionView]:
    return dict(book.positions([0]).get(0, {}))


def test_a_position_is_opened_changed_and_closed_by_its_events(book: Book) -> None:
    book.apply(position_event(2, "opened", "1000"))
    assert held(book)[POSITION].quantity == -1000.0
    book.apply(position_event(3, "changed", "400"))
    expected = PositionView(
        id=POSITION, symbol="EURUSD", quantity=-400.0, price=1.1, notional=440.0
    )
    assert held(book) == {POSITION: expected}
    legs = book.legs()
    assert (legs.short.tolist(), legs.long.tolist()) == ([400.0], [0.0])
    book.apply(position_event(4, "closed", "0"))
    assert (held(book), book.open_positions) == ({}, 0)
    assert book.legs().short.tolist() == [0.0]


def test_the_place_of_a_closed_position_is_used_again(book: Book) -> None:
    for seq in range(2, 1_000, 2):
        book.apply(position_event(seq, "opened", str(seq), id=UUID(int=seq)))
        book.apply(position_event(seq + 1, "closed", "0", id=UUID(int=seq)))
    assert book.open_positions == 0
    assert book._positions_end == 1


def test_money_and_calls_follow_their_events(book: Book) -> None:
    book.apply(posted(2, "72.25"))
    book.apply(event(3, "margin.call"))
    assert (book.accounts.balance[0], bool(book.accounts.called[0])) == (72.25, True)
    book.apply(event(4, "margin.cleared"))
    book.apply(event(5, "order.filled", anything="else"))
    assert (bool(book.accounts.called[0]), book.accounts.seq[0]) == (False, 5)
    assert book.unread == set()
    assert book.take_changed().tolist() == [0]


def test_an_event_that_was_in_the_snapshot_changes_nothing(book: Book) -> None:
    book.apply(posted(1, "7"))
    assert (book.accounts.balance[0], book.accounts.seq[0]) == (100.0, 1)
    assert (book.unread, book.take_changed().tolist()) == (set(), [])


def test_a_gap_changes_nothing_and_has_the_account_read(book: Book) -> None:
    book.apply(posted(3, "7"))
    assert (book.accounts.balance[0], book.accounts.seq[0]) == (100.0, 1)
    assert book.unread == {ACCOUNT}


@pytest.mark.parametrize(
    "unclear",
    [
        posted(2, "72.25", source="client:1:credit"),
        event(2, "account.changed", balance="1"),
        event(2, "margin.stop_out"),
    ],
    ids=lambda each: each.type,
)
def test_what_an_event_does_not_say_is_read(book: Book, unclear: LoggedEvent) -> None:
    book.apply(unclear)
    assert book.unread == {ACCOUNT}
    assert book.accounts.seq[0] == 2


def test_an_unknown_account_is_read(book: Book) -> None:
    stranger = AccountId(UUID(int=2))
    book.apply(event(1, "account.changed", account=stranger))
    assert (book.unread, book.ids) == ({stranger}, [ACCOUNT])


def test_a_replaced_account_holds_what_was_read_and_nothing_else(book: Book) -> None:
    book.apply(position_event(2, "opened", "1000"))
    kept = PositionView(id=UUID(int=51), symbol="USDJPY", quantity=5.0, price=150.0, notional=5.0)
    book.replace(view(seq=9, balance=1.5), [kept])
    assert held(book) == {kept.id: kept}
    assert (book.accounts.balance[0], book.accounts.seq[0]) == (1.5, 9)


def test_comparing_finds_every_number_that_differs() -> None:
    universe, random = Universe(), Random(6)
    clients = [draw_client(random, number) for number in range(60)]
    views = [views_of(client) for client in clients]
    for client in clients:
        universe.add(client)
    stored = Stored(accounts=[v for v, _ in views], positions={v.id: p for v, p in views})

    def differing() -> list[AccountId]:
        settling = Settling(universe.book, universe.book.ids)
        settling.compare(stored)
        outcome = settling.outcome()
        assert outcome.agreed + len(outcome.differing) == 60
        return list(outcome.differing)

    assert differing() == []
    accounts, positions = universe.book.accounts, universe.book._positions
    columns = [
        (accounts.balance, False),
        (accounts.credit, False),
        (accounts.called, False),
        (accounts.terms, False),
        (positions.quantity, True),
        (positions.price, True),
        (positions.notional, True),
    ]
    for column, of_positions in columns:
        place = 7
        owner = universe.book.ids[positions.account[place] if of_positions else place]
        before = column[place].copy()
        column[place] = not before if column.dtype == np.bool_ else before + 1
        assert differing() == [owner]
        column[place] = before
    assert differing() == []


def test_what_stands_at_another_event_is_read_again_and_differs_only_if_it_never_comes() -> None:
    universe = Universe()
    client = draw_client(Random(7), 1)
    account_id = universe.add(client)
    ahead, held_now = views_of(client, seq=3)
    stored = Stored(accounts=[ahead], positions={account_id: held_now})
    settling = Settling(universe.book, [account_id])
    settling.compare(stored)
    assert settling.accounts == [account_id]
    assert list(settling.outcome().differing) == [account_id]
    universe.book.accounts.seq[0] = 3
    settling.compare(stored)
    assert (settling.accounts, settling.outcome().agreed) == ([], 1)
    assert list(settling.outcome().differing) == []


def test_slices_come_to_every_account() -> None:
    book = Book([])
    book.put(view(UUID(int=number)) for number in range(2_500))
    slices = Slices(book)
    parts = [slices.next() for _ in range(4)]
    assert [len(part) for part in parts] == [1_000, 1_000, 500, 1_000]
    assert [each for part in parts[:3] for each in part] == book.ids
