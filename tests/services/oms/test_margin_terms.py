"""An order is decided on its group's regime and leverage rules, as they stand when it is locked."""

from decimal import Decimal

import pytest

from tests.services.oms.world import World
from tradewind.contracts.events import OrderRow
from tradewind.core.money import Quantity

D = Decimal
#: The instruments of these tests are in a class that no regime knows: 1:2 for retail.
NEXT_TERMS_SQL = """
    INSERT INTO group_version
    SELECT (jsonb_populate_record(v, jsonb_build_object('version', v.version + 1)
                                     || $1::text::jsonb)).*
      FROM group_version v JOIN account_group g ON g.id = v.group_id
     WHERE g.code = 'plain' ORDER BY v.version DESC LIMIT 1
"""
TERMS = {
    "offshore": ("{}", "filled", None),
    "professional": ('{"regime": "professional"}', "filled", None),
    "retail, of a class it does not know": (
        '{"regime": "retail_esma"}', "rejected", "insufficient_margin",
    ),
    "a rule for the symbol": (
        '{"leverage_rules": [{"symbol": "EURUSD", "leverage": "2"}]}',
        "rejected", "insufficient_margin",
    ),
    "a rule for its asset class": (
        '{"leverage_rules": [{"asset_class": "fx", "leverage": 2}]}',
        "rejected", "insufficient_margin",
    ),
    "a rule for another symbol": (
        '{"leverage_rules": [{"symbol": "USDJPY", "leverage": "2"}]}', "filled", None,
    ),
}  # fmt: skip


async def bought(world: World, terms: str) -> OrderRow:
    """Buy 20,000 EURUSD at 1.12140: 747.60 of margin at 1:30, and 11,214 at 1:2."""
    trader = await world.trader()
    await world.owner.execute(NEXT_TERMS_SQL, terms)
    answer = await world.submit(world.order(trader, quantity=Quantity(D(20_000))))
    assert answer.order is not None
    return answer.order


@pytest.mark.parametrize("name", TERMS)
async def test_an_order_is_decided_on_the_terms_of_its_group(world: World, name: str) -> None:
    terms, state, code = TERMS[name]
    order = await bought(world, terms)
    assert (order.state, order.reject_code) == (state, code)
    held = await world.rows("SELECT quantity FROM trade_position")
    assert [row["quantity"] for row in held] == ([D(20_000)] if state == "filled" else [])
    balance = await world.owner.fetchval("SELECT balance FROM account")
    assert balance == D("10000.00")
