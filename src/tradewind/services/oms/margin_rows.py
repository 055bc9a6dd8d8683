"""What a check of the margin writes beside orders: news of the margin, and what is made good."""

from dataclasses import replace
from decimal import Decimal
from typing import Final, Literal

from tradewind.contracts.events import LedgerPosted, MarginRow, PostingRow
from tradewind.core.accounts import Account
from tradewind.core.ledger import Posting, client
from tradewind.core.margin import Valuation
from tradewind.core.money import STEPS, Currency, to_minor_unit
from tradewind.core.tradedates import trade_date
from tradewind.services.oms.desk import AccountWork, By, Desk
from tradewind.services.oms.store import EventEntry

LEVEL_STEP: Final = STEPS[2]
News = Literal["margin.call", "margin.cleared", "margin.stop_out"]


def write_news(work: AccountWork, desk: Desk, kind: News, row: MarginRow, by: By) -> None:
    """Say that a call began or ended, or that the account was stopped out."""
    account = work.state.account
    if kind != "margin.stop_out":
        called_at = desk.now if kind == "margin.call" else None
        account = replace(account, margin_called_at=called_at)
    _append(work, desk, (kind, row), account, by)


def write_made_good(
    work: AccountWork, desk: Desk, account: Account, postings: tuple[Posting, ...], by: By
) -> None:
    """Write what brought a balance to zero, as one transaction of the ledger."""
    before, transaction_id = work.state.account, desk.new_id()
    balance, rows = before.balance, list[PostingRow]()
    for posting in postings:
        balance += posting.amount if posting.destination == client(account.id) else -posting.amount
        rows.append(
            PostingRow(
                account_id=account.id,
                id=desk.new_id(),
                transaction_id=transaction_id,
                entity_id=account.entity_id,
                event=work.last_event + 1,
                type=posting.type,
                source=posting.source,
                destination=posting.destination,
                currency=posting.currency,
                amount=posting.amount,
                balance_after=balance,
                trade_date=trade_date(desk.now),
                time=desk.now,
            )
        )
    body = LedgerPosted(
        transaction_id=transaction_id,
        balance=account.balance,
        carry=account.carry,
        postings=rows,
    )
    _append(work, desk, ("ledger.posted", body), account, by)


def margin_row(valuation: Valuation, currency: Currency, after: Valuation | None) -> MarginRow:
    """Spell how an account stood, and for a stop-out how it stands `after`."""
    now = MarginRow(
        level=_level(valuation),
        equity=to_minor_unit(valuation.equity, currency),
        used_margin=to_minor_unit(valuation.used_margin, currency),
    )
    if after is None:
        return now
    return MarginRow(
        level=now.level,
        equity=now.equity,
        used_margin=now.used_margin,
        level_after=_level(after),
        equity_after=to_minor_unit(after.equity, currency),
        used_margin_after=to_minor_unit(after.used_margin, currency),
    )


def _level(valuation: Valuation) -> Decimal | None:
    return None if valuation.level is None else valuation.level.quantize(LEVEL_STEP)


def _append(
    work: AccountWork,
    desk: Desk,
    event: tuple[str, MarginRow | LedgerPosted],
    account: Account,
    by: By,
) -> None:
    work.last_event += 1
    kind, body = event
    desk.writing.postings.append(
        EventEntry(account.id, work.last_event, kind, body, by.actor, by.cause)
    )
    work.state = replace(work.state, account=account)
    work.touched = True
