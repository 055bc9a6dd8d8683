"""Taking a past fill back, and booking it again at the price it should have had."""

from dataclasses import replace
from typing import Final

from tradewind.contracts.events import FillRow
from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.commands import BustFill
from tradewind.core.dealing import bust as taken_back
from tradewind.core.dealing import correct as booked_again
from tradewind.core.decisions import resting
from tradewind.core.errors import ConflictError, InvalidError, NotFoundError
from tradewind.core.ids import FillId, OrderId, PositionId, Symbol
from tradewind.core.ledger import LedgerAccount, Posting, PostingType
from tradewind.core.market import Conversion, MarketPrice, Quoting
from tradewind.core.money import ZERO, CurrencyCode, Price, Quantity
from tradewind.core.orders import Fact, Reason
from tradewind.core.past_fills import PastFill, PastPosting, require_reference
from tradewind.services.oms.desk import AccountWork, By, Desk
from tradewind.services.oms.placing import check_price
from tradewind.services.oms.several import operation
from tradewind.services.oms.store import LoadedFill
from tradewind.services.oms.submission import Answer

CREATED: Final = 201


def bust(desk: Desk, work: AccountWork, command: BustFill) -> Answer:
    """Undo a fill, and with a price book it again; its order tells of it as a fact."""
    found = _found(desk, command)
    past = _past(found)
    market = desk.market(work, past.symbol, None)
    check_price(market.instrument, "price", command.price)
    if command.price == past.price:
        raise InvalidError("price", "unchanged", "it is the price of the fill")
    require_reference(past, command, market)
    by = By(actor=command.actor, cause=operation(command.order_id))
    rows = [desk.carry_out(work, taken_back(work.state, past, command, market), market, by)]
    fact = Fact.BUSTED
    if command.price is not None:
        again = booked_again(work.state, past, command, market)
        rows.append(desk.carry_out(work, again, market, by))
        fact = Fact.CORRECTED
    _, order = work.order(past.order_id)
    desk.carry_out(work, resting(work.state, order, (fact,)), market, by)
    desk.fills[command.fill_id] = replace(found, busted=True)
    return Answer(status=CREATED, code=None, order_id=rows[0].id, order=rows[0], orders=tuple(rows))


def _found(desk: Desk, command: BustFill) -> LoadedFill:
    found = desk.fills.get(command.fill_id)
    if found is None or found.fill.account_id != command.account_id:
        raise NotFoundError("fill_not_found", "there is no such fill")
    if found.busted or found.fill.reason == Reason.BUST:
        raise ConflictError("fill_busted", "it was taken back", found.fill.order_id)
    return found


def _past(found: LoadedFill) -> PastFill:
    row = found.fill
    return PastFill(
        id=FillId(row.id),
        order_id=OrderId(row.order_id),
        position_id=PositionId(row.position_id),
        symbol=Symbol(row.symbol),
        side=Side(row.side),
        quantity=Quantity(row.quantity),
        closes=row.closed_quantity > ZERO,
        price=Price(row.price),
        markup=row.markup,
        commission=row.commission,
        quote_pnl=row.quote_pnl,
        realized_pnl=row.realized_pnl,
        charge_rest=row.charge_rest or ZERO,
        execution_mode=ExecutionMode(row.execution_mode),
        book=Book(row.book),
        quoting=_quoting(row),
        postings=tuple(
            PastPosting(
                id=each.id,
                posting=Posting(
                    type=PostingType(each.type),
                    source=LedgerAccount(each.source),
                    destination=LedgerAccount(each.destination),
                    currency=CurrencyCode(each.currency),
                    amount=each.amount,
                ),
            )
            for each in found.postings
        ),
    )


def _quoting(row: FillRow) -> Quoting:
    """What the fill traded on, as it was recorded."""
    epoch, _, seq = row.quote_id.partition(":")
    shown, price = Price(row.displayed_price), Price(row.price)
    is_buy = row.side == Side.BUY
    return Quoting(
        price=MarketPrice(
            symbol=Symbol(row.symbol),
            epoch=int(epoch),
            seq=int(seq),
            time=row.time,
            bid=price if is_buy else shown,
            ask=shown if is_buy else price,
            bbo_bid=Price(row.bbo_bid),
            bbo_ask=Price(row.bbo_ask),
            bids=(),
            asks=(),
            rules_version=row.rules_version,
            lp_quotes=row.lp_quotes,
        ),
        conversion=Conversion(rate=row.conversion_rate, quotes=row.conversion_quotes, fresh=False),
        displayed=False,
    )
