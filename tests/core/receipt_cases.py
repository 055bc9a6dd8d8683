"""Fills of every kind, and what is said of each, written by hand."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tradewind.core.accounts import ExecutionMode, Side
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import OrderType, Reason
from tradewind.core.receipts import Dealt, Way

D = Decimal
WOKEN = datetime(2024, 3, 5, 12, 0, 1, 250_000, tzinfo=UTC)


def dealt(**changes: Any) -> Dealt:
    """A purchase of 100,000 at the ask of 1.12140, of which 2 points are markup."""
    bought = Dealt(
        side=Side.BUY,
        type=OrderType.MARKET,
        reason=Reason.CLIENT,
        mode=ExecutionMode.MARKET,
        quantity=Quantity(D(100_000)),
        price=Price(D("1.12140")),
        displayed=Price(D("1.12140")),
        requested=None,
        level=None,
        bbo_bid=Price(D("1.12122")),
        bbo_ask=Price(D("1.12138")),
        markup=D("0.00002"),
        slippage=D("0.00000"),
        commission=D("0.00"),
        currency="USD",
        capacity="principal",
    )
    return replace(bought, **changes)


def stopped(**changes: Any) -> Dealt:
    """A stop loss at 1.12000 that sold at a bid of 1.12000."""
    sold = dealt(
        side=Side.SELL,
        type=OrderType.STOP,
        reason=Reason.STOP_LOSS,
        price=Price(D("1.12000")),
        displayed=Price(D("1.12000")),
        level=Price(D("1.12000")),
        bbo_bid=Price(D("1.12002")),
        bbo_ask=Price(D("1.12018")),
        triggered_at=WOKEN,
        trigger_quote="3:145",
    )
    return replace(sold, **changes)


MARKUP = "The ask of your group includes a markup of 0.00002."
BID_MARKUP = "The bid of your group includes a markup of 0.00002."
PRINCIPAL = "The house dealt with you as principal."
PLAIN = (MARKUP, "No commission.", PRINCIPAL)
BID_PLAIN = (BID_MARKUP, "No commission.", PRINCIPAL)
AS_SHOWN = ("No slippage.", *PLAIN)
BID_AS_SHOWN = ("No slippage.", *BID_PLAIN)
WOKE = "Your stop loss at 1.12000 was triggered at 2024-03-05T12:00:01.250Z by quote 3:145."
LIMIT = {"type": OrderType.LIMIT, "displayed": Price(D("1.12150"))}
NAMED = {"mode": ExecutionMode.INSTANT, "requested": Price(D("1.12139"))}
GAP = {
    "price": Price(D("1.11950")), "slippage": D("-0.00050"), "bbo_bid": Price(D("1.11952")),
}  # fmt: skip

#: The way, what a fill says, and every line that is said of it.
GOLDEN: dict[str, tuple[Way, Dealt, tuple[str, ...]]] = {
    "market": (
        Way.MARKET,
        dealt(),
        (
            "Bought 100000 at 1.12140: the ask of your group at that moment.",
            *AS_SHOWN,
        ),
    ),
    "market, a deeper level and a commission": (
        Way.MARKET,
        dealt(price=Price(D("1.12143")), slippage=D("-0.00003"), commission=D("3.50")),
        (
            ("Bought 100000 at 1.12143: deeper in the book; "
            "the best ask of your group was 1.12140."),
            "Slippage: 0.00003 worse than the price shown to you, 1.12140.",
            MARKUP,
            "Commission: 3.50 USD.",
            PRINCIPAL,
        ),
    ),
    "market without markup": (
        Way.MARKET,
        dealt(bbo_ask=Price(D("1.12140")), markup=D("0.00000")),
        (
            "Bought 100000 at 1.12140: the ask of your group at that moment.",
            "No slippage.",
            "There is no markup.",
            "No commission.",
            PRINCIPAL,
        ),
    ),
    "instant, the displayed price honoured": (
        Way.INSTANT,
        dealt(price=Price(D("1.12139")), displayed=Price(D("1.12139")), **NAMED),
        (
            ("Bought 100000 at 1.12139: the price you were shown, which was honoured; "
            "the ask of your group was 1.12140 by then."),
            *AS_SHOWN,
        ),
    ),
    "instant, the price has not moved": (
        Way.INSTANT,
        dealt(mode=ExecutionMode.INSTANT, requested=Price(D("1.12140"))),
        (
            "Bought 100000 at 1.12140: the price you were shown, still the ask of your group.",
            *AS_SHOWN,
        ),
    ),
    "instant, within the deviation but not honoured": (
        Way.MARKET,
        dealt(displayed=Price(D("1.12139")), slippage=D("-0.00001"), **NAMED),
        (
            "Bought 100000 at 1.12140: the ask of your group at that moment.",
            "Slippage: 0.00001 worse than the price you named, 1.12139.",
            *PLAIN,
        ),
    ),
    "limit with improvement": (
        Way.LIMIT,
        dealt(slippage=D("0.00010"), **LIMIT),
        (
            ("Bought 100000 at 1.12140: better than your limit of 1.12150, "
            "because the market was better."),
            "Slippage: 0.00010 better than your limit, 1.12150.",
            *PLAIN,
        ),
    ),
    "limit at its price": (
        Way.LIMIT,
        dealt(type=OrderType.LIMIT),
        (
            "Bought 100000 at 1.12140: your limit, which the ask of your group had reached.",
            *AS_SHOWN,
        ),
    ),
    "take profit with improvement": (
        Way.LIMIT,
        stopped(
            type=OrderType.LIMIT, reason=Reason.TAKE_PROFIT, level=None, triggered_at=None,
            displayed=Price(D("1.11990")), slippage=D("0.00010"),
        ),
        (
            ("Sold 100000 at 1.12000: better than your take profit of 1.11990, "
            "because the market was better."),
            "Slippage: 0.00010 better than your take profit, 1.11990.",
            *BID_PLAIN,
        ),
    ),
    "stop loss at its level": (
        Way.STOP,
        stopped(),
        (
            WOKE,
            "Sold 100000 at 1.12000: the bid of your group at that moment.",
            *BID_AS_SHOWN,
        ),
    ),
    "stop loss beyond a gap": (
        Way.STOP,
        stopped(**GAP),
        (
            WOKE,
            ("Sold 100000 at 1.11950: the bid of your group at that moment. "
            "The market had gone past 1.12000 without stopping there (gap)."),
            "Slippage: 0.00050 worse than the level of your stop loss, 1.12000.",
            *BID_PLAIN,
        ),
    ),
    "triggered entry stop beyond a gap": (
        Way.STOP,
        dealt(
            type=OrderType.STOP, level=Price(D("1.12100")), displayed=Price(D("1.12100")),
            slippage=D("-0.00040"), triggered_at=WOKEN, trigger_quote="3:145",
        ),
        (
            "Your stop at 1.12100 was triggered at 2024-03-05T12:00:01.250Z by quote 3:145.",
            ("Bought 100000 at 1.12140: the ask of your group at that moment. "
            "The market had gone past 1.12100 without stopping there (gap)."),
            "Slippage: 0.00040 worse than the level of your stop, 1.12100.",
            *PLAIN,
        ),
    ),
    "guaranteed stop": (
        Way.GUARANTEED,
        stopped(guaranteed=True, bbo_bid=Price(D("1.11952"))),
        (
            WOKE,
            ("Sold 100000 at 1.12000: the guaranteed level of your stop loss; "
            "the bid of your group was 1.11950 by then."),
            "No slippage.",
            "The premium for the guarantee is an entry of your ledger.",
            "No commission.",
            PRINCIPAL,
        ),
    ),
    "trailing stop": (
        Way.STOP,
        stopped(reason=Reason.TRAILING),
        (
            WOKE.replace("stop loss", "trailing stop"),
            "Sold 100000 at 1.12000: the bid of your group at that moment.",
            *BID_AS_SHOWN,
        ),
    ),
    "market if touched": (
        Way.TOUCHED,
        stopped(
            side=Side.BUY, type=OrderType.MARKET_IF_TOUCHED, reason=Reason.CLIENT,
            price=Price(D("1.11990")), slippage=D("0.00010"),
            bbo_bid=Price(D("1.11970")), bbo_ask=Price(D("1.11988")),
        ),
        (
            WOKE.replace("stop loss", "market-if-touched"),
            "Bought 100000 at 1.11990: the ask of your group at that moment.",
            "Slippage: 0.00010 better than the level of your market-if-touched, 1.12000.",
            *PLAIN,
        ),
    ),
    "stop-limit": (
        Way.LIMIT,
        dealt(
            type=OrderType.STOP_LIMIT, level=Price(D("1.12100")), triggered_at=WOKEN,
            trigger_quote="3:145", displayed=Price(D("1.12150")), slippage=D("0.00010"),
        ),
        (
            "Your stop-limit at 1.12100 was triggered at 2024-03-05T12:00:01.250Z by quote 3:145.",
            ("Bought 100000 at 1.12140: better than your limit of 1.12150, "
            "because the market was better."),
            "Slippage: 0.00010 better than your limit, 1.12150.",
            *PLAIN,
        ),
    ),
    "close-by": (
        Way.CLOSE_BY,
        dealt(
            side=Side.SELL, price=Price(D("1.12100")), displayed=Price(D("1.12100")),
            bbo_bid=Price(D("1.12100")), bbo_ask=Price(D("1.12100")), markup=D("0.00000"),
        ),
        (
            ("Closed 100000 at 1.12100 by an opposite position: "
            "nothing was bought or sold, so there is no spread, markup or commission."),
        ),
    ),
    "stop-out": (
        Way.MARKET,
        stopped(type=OrderType.MARKET, reason=Reason.STOP_OUT, level=None, triggered_at=None),
        (
            "The margin level fell to the stop-out level, so this was closed for you.",
            "Sold 100000 at 1.12000: the bid of your group at that moment.",
            *BID_AS_SHOWN,
        ),
    ),
    "bust": (
        Way.UNDONE,
        dealt(side=Side.SELL, reason=Reason.BUST, markup=D("-0.00002"), is_correction=True),
        (
            "A trade of yours was undone by this one; it stays in your history.",
            "Sold 100000 at 1.12140: the price of the trade that is undone.",
        ),
    ),
    "correction": (
        Way.CORRECTED,
        dealt(reason=Reason.DEALER, price=Price(D("1.12135")), is_correction=True),
        (
            "A trade of yours was corrected; the old one stays in your history.",
            "Bought 100000 at 1.12135: the price it should have had.",
        ),
    ),
}  # fmt: skip
