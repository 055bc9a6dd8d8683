"""Makes the book anew: accounts, positions, terms and where the log stands, all of one moment."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from tradewind.core.accounts import GroupTerms
from tradewind.infra.eventlog import log_end
from tradewind.infra.postgres import Connection
from tradewind.services.risk import store
from tradewind.services.risk.book import Book
from tradewind.services.risk.columns import AccountView, Bulk, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A whole book, and where the log is read on from."""

    book: Book
    groups: Mapping[UUID, GroupTerms]
    log_start: int


def owns(shard: tuple[int, int], account: UUID) -> bool:
    """Tell whether an account belongs to a share; the same in every process."""
    number, shards = shard
    return zlib.crc32(account.bytes) % shards == number


async def load(connection: Connection, shard: tuple[int, int], now: datetime) -> Loaded:
    """Read the accounts of one share and everything that is open on them."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        start = await log_end(connection)
        groups = await store.read_groups(connection, now)
        symbols = await store.read_symbols(connection)
        book = Book(symbols)

        def take(views: Sequence[AccountView]) -> None:
            book.put(view for view in views if owns(shard, view.id))

        await store.load_accounts(connection, now, take)
        rows = await store.load_positions(connection, symbols)
    # Nobody else knows the book yet, and a lease must be renewed meanwhile.
    await asyncio.to_thread(lambda: book.fill(_of_book(rows, book)))
    return Loaded(book=book, groups=groups, log_start=start)


def _of_book(rows: npt.NDArray[np.void], book: Book) -> Bulk:
    """Leave out the positions of accounts that are another share's."""
    places = {account.bytes: place for place, account in enumerate(book.ids)}
    owners: list[bytes] = rows["account"].tolist()
    account = np.array([places.get(owner, -1) for owner in owners], np.int64)
    own = account >= 0
    rows, account = rows[own], account[own]

    def column(name: str) -> Floats:
        return rows[name].astype(np.float64)

    return Bulk(
        ids=rows["id"].tolist(),
        account=account,
        symbol=rows["symbol"].astype(np.int64),
        quantity=column("quantity"),
        price=column("price"),
        notional=column("notional"),
    )
