"""The screen against core: the same values, and nobody missed."""

from dataclasses import replace
from decimal import Decimal
from math import isclose
from random import Random

import pytest

from tests.core.builders import position
from tests.services.risk.universe import (
    EURUSD,
    GROUPS,
    INSTRUMENTS,
    MIDS,
    Universe,
    draw_client,
    with_balance,
)
from tradewind.core.ids import AccountId
from tradewind.core.stop_out import Health, judge
from tradewind.services.risk.screen import value

D = Decimal
#: Every seed draws so many accounts.
ACCOUNTS = 400
SEEDS = (1, 2, 3)


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed {seed}")
def universe(request: pytest.FixtureRequest) -> Universe:
    made = Universe()
    made.draw(ACCOUNTS, request.param)
    return made


def assert_valued_as_core_does(universe: Universe) -> None:
    watch, book = universe.watch, universe.book
    tables = watch._current_tables()
    valued = value(book, tables, watch.marks.refresh(tables, book.symbols.names))
    assert valued.unpriced == 0
    for account_id in universe.clients:
        place, exact = book.place(account_id), universe.valuation(account_id)
        assert place is not None
        for screened, decided in (
            (valued.unrealized[place], exact.unrealized_pnl),
            (valued.used[place], exact.used_margin),
            (valued.equity[place], exact.equity),
        ):
            assert isclose(screened, float(decided), rel_tol=1e-6, abs_tol=1e-6), account_id
        if exact.level is not None:
            level = valued.counted[place] / valued.used[place] * 100
            assert isclose(level, float(exact.level), rel_tol=1e-6, abs_tol=1e-6), account_id


def test_every_account_is_valued_as_core_values_it(universe: Universe) -> None:
    assert_valued_as_core_does(universe)


def test_it_is_still_valued_so_after_prices_moved(universe: Universe) -> None:
    random = Random(4)
    for _ in range(3):
        for symbol, mid in MIDS.items():
            universe.quote(symbol, round(D(mid) * D(random.randrange(900, 1100)) / 1000, 5))
        assert_valued_as_core_does(universe)


def low(universe: Universe) -> set[AccountId]:
    """The accounts at or below their call level, or with nothing left, as core says."""
    found = set[AccountId]()
    for account_id, client in universe.clients.items():
        exact = universe.valuation(account_id)
        if exact.level is not None and (
            exact.level <= client.terms.margin_call_level or exact.equity <= 0
        ):
            found.add(account_id)
    return found


def actionable(universe: Universe) -> set[AccountId]:
    """The accounts that core would do something about."""
    book, found = universe.book, set[AccountId]()
    for account_id, client in universe.clients.items():
        place = book.place(account_id)
        assert place is not None
        called = bool(book.accounts.called[place])
        if judge(universe.valuation(account_id), client.terms, called=called) is not Health.HEALTHY:
            found.add(account_id)
    return found


def test_nobody_is_missed_whom_core_says_is_low_or_would_act_on(universe: Universe) -> None:
    universe.watch.revalue_all()
    standing = universe.watch.asker.standing
    lows, acts = low(universe), actionable(universe)
    urgent = {account for account, is_urgent in standing.items() if is_urgent}
    print(f"{len(lows)} low, {len(acts)} to act on, {len(standing)} candidates")  # noqa: T201
    assert lows <= standing.keys()
    assert acts <= urgent
    assert len(lows) > ACCOUNTS // 8, "too few cases to prove anything"
    assert len(acts) > ACCOUNTS // 8, "too few cases to prove anything"
    assert len(standing) < ACCOUNTS * 3 // 4, "to ask about nearly everybody proves nothing"


def test_following_what_moved_finds_whom_a_whole_valuation_finds(universe: Universe) -> None:
    random, watch = Random(5), universe.watch
    watch.revalue_all()
    for _ in range(20):
        symbol = random.choice(list(MIDS))
        mid = round(D(MIDS[symbol]) * D(random.randrange(900, 1100)) / 1000, 5)
        universe.quote(symbol, mid)
        watch.revalue_moved()
        followed = dict(watch.asker.standing)
        watch.revalue_all()
        assert followed == watch.asker.standing


def one(universe: Universe, balance: str, *, called: bool = False) -> AccountId:
    """Add an account in USD, 1:30, that holds 100,000 EURUSD: it needs 3,666.67."""
    drawn = draw_client(Random(0), 1)
    held = position(symbol=EURUSD, quantity=D(100_000), open_price=D("1.1"))
    group_id = next(iter(GROUPS))
    client = replace(with_balance(drawn, D(balance)), group_id=group_id, positions=[held])
    usd = replace(client.account.currency, code=INSTRUMENTS[EURUSD].quote)
    owned = replace(client.account, currency=usd, leverage=D(30), credit=D(0))
    return universe.add(replace(client, account=owned), called=called)


@pytest.mark.parametrize(
    ("balance", "called", "expected"),
    [
        ("3800.00", False, None),
        ("3770.00", False, True),
        ("3600.00", False, True),
        ("3600.00", True, False),
        ("1870.00", True, True),
        ("4020.00", True, True),
        ("3900.00", True, None),
        ("-100.00", True, True),
    ],
)
def test_who_is_asked_about_depends_on_the_level_and_the_call(
    balance: str, *, called: bool, expected: bool | None
) -> None:
    universe = Universe()
    account_id = one(universe, balance, called=called)
    universe.watch.revalue_all()
    assert universe.watch.asker.standing.get(account_id) is expected


def test_an_account_that_recovers_is_no_candidate_any_more() -> None:
    universe = Universe()
    account_id = one(universe, "3700.00")
    universe.watch.revalue_all()
    assert universe.watch.asker.standing == {account_id: True}
    universe.quote(EURUSD, D("1.2"))
    universe.watch.revalue_moved()
    assert universe.watch.asker.standing == {}


def test_a_leg_without_a_price_is_counted_and_has_no_profit() -> None:
    universe = Universe()
    universe.feed = universe.watch.marks._feed = type(universe.feed)()
    one(universe, "10000.00")
    universe.watch.revalue_all()
    assert universe.watch.unpriced == 1
    assert universe.watch.asker.standing == {}
