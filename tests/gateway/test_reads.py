"""What a client reads."""

import itertools
from uuid import uuid4

import pytest

from tests.gateway.conftest import Api

ORDER_FIELDS = {
    "id", "client_order_id", "account_id", "symbol", "side", "type", "quantity",
    "filled_quantity", "average_price", "limit_price", "stop_price", "worst_price",
    "trigger_side", "stop_loss", "stop_loss_distance", "take_profit", "take_profit_distance",
    "trailing_stop", "guaranteed_stop", "state", "reject", "end", "execution_mode",
    "time_in_force", "expires_at", "ticket", "label", "comment", "version", "cancel_requested",
    "facts", "position_id", "reduce_only", "linked_order_id", "parent_order_id", "reason",
    "channel", "triggered_at", "created_at", "updated_at", "transitions",
}  # fmt: skip
#: Columns that say how the house deals with a trade.
HOUSE_WORDS = (
    "bbo", "markup", '"book"', "capacity", "group_code", "actor", "on_behalf_of", "carry",
    "house:", "entity_id", "hedge", "lots", "quote_id", "rules_version",
)  # fmt: skip


async def test_an_account_is_shown_with_the_fields_of_the_contract(api: Api) -> None:
    page = await api.get("/v1/accounts")
    assert page["next"] is None
    assert [item["currency"] for item in page["items"]] == ["USD", "EUR", "JPY"]
    account = await api.get(f"/v1/accounts/{api.account()}")
    assert account.pop("as_of").endswith("Z")
    assert account == {
        "id": api.account(),
        "currency": "USD",
        "group": "standard",
        "leverage": "30",
        "position_mode": "netting",
        "status": "active",
        "balance": "10000.00",
        "credit": "0.00",
        "unrealized_pnl": "0.00",
        "equity": "10000.00",
        "used_margin": "0.00",
        "reserved_margin": "0.00",
        "free_margin": "10000.00",
        "margin_level": None,
        "last_event": 2,
    }


async def test_the_worked_example_of_the_domain_is_what_an_account_shows(api: Api) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    placed = await api.order(symbol="EURUSD", side="buy", quantity="100000")
    assert placed.status_code == 201, placed.text
    assert placed.json()["state"] == "filled"
    api.price("EURUSD", "1.12120", "1.12130")
    account = await api.get(f"/v1/accounts/{api.account()}")
    names = ("unrealized_pnl", "equity", "used_margin", "free_margin", "margin_level", "balance")
    shown = {name: account[name] for name in names}
    assert shown == {
        "unrealized_pnl": "-20.00",
        "equity": "9980.00",
        "used_margin": "3738.00",
        "free_margin": "6242.00",
        "margin_level": "266.99",
        "balance": "10000.00",
    }
    (position,) = (await api.get(f"/v1/accounts/{api.account()}/positions"))["items"]
    assert position["unrealized_pnl"] == "-20.00"
    assert position["used_margin"] == "3738.00"
    assert position["quantity"] == "100000"


async def test_an_account_without_a_price_for_what_it_holds_shows_null_not_a_guess(
    api: Api,
) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    assert (await api.order(symbol="EURUSD", side="buy", quantity="1000")).status_code == 201
    api.parts.feed._latest.clear()
    account = await api.get(f"/v1/accounts/{api.account()}")
    unknown = ("unrealized_pnl", "equity", "used_margin", "free_margin", "margin_level")
    assert [account[name] for name in unknown] == [None] * 5
    assert account["balance"] == "10000.00"


async def test_an_order_is_the_same_in_the_answer_the_list_and_the_look_up(api: Api) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    placed = (await api.order(symbol="EURUSD", side="buy", quantity="1000")).json()
    assert set(placed) == ORDER_FIELDS
    base = f"/v1/accounts/{api.account()}/orders"
    found = await api.get(f"{base}/{placed['id']}")
    assert [step["state"] for step in found["transitions"]] == [
        "new", "pending", "accepted", "working", "filled",
    ]  # fmt: skip
    assert found["facts"] == []
    assert found == {**placed, "transitions": found["transitions"], "facts": []}
    (listed,) = (await api.get(base))["items"]
    assert listed == {**found, "transitions": None, "facts": None}
    assert (await api.get(base, state="filled"))["items"] == [listed]
    assert (await api.get(base, state="open"))["items"] == []


async def test_nothing_of_the_house_reaches_a_client(api: Api) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    await api.order(symbol="EURUSD", side="buy", quantity="2000")
    await api.order(symbol="EURUSD", side="sell", quantity="1000")
    base = f"/v1/accounts/{api.account()}"
    for part in ("", "/orders", "/positions", "/fills", "/ledger", "/events"):
        text = (await api.client.get(base + part, headers=await api.as_user("client1"))).text
        assert [word for word in HOUSE_WORDS if word in text] == [], part


async def test_events_are_numbered_without_a_gap_and_can_be_read_from_any_number(
    api: Api,
) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    await api.order(symbol="EURUSD", side="buy", quantity="2000")
    await api.order(symbol="EURUSD", side="sell", quantity="2000")
    path = f"/v1/accounts/{api.account()}/events"
    everything = (await api.get(path, limit="500"))["items"]
    assert [event["seq"] for event in everything] == list(range(1, len(everything) + 1))
    kinds = [event["type"] for event in everything]
    assert kinds[:2] == ["account.changed", "ledger.posted"]
    assert {"order.new", "order.filled", "position.opened", "position.closed"} <= set(kinds)
    filled = next(event for event in everything if event["type"] == "order.filled")
    assert filled["data"]["fill"]["quantity"] == "2000"
    assert filled["data"]["fill"]["reason"] == "client"
    assert set(filled["data"]) == ORDER_FIELDS | {"fill"}
    assert set(filled) == {
        "account_id", "seq", "type", "time", "cause", "data",
    }  # fmt: skip
    paged: list[object] = []
    after = "0"
    while after is not None:
        page = await api.get(path, after=after, limit="2")
        paged += page["items"]
        after = page["next"]
    assert paged == everything
    assert (await api.get(path, after=str(len(everything))))["items"] == []


@pytest.mark.parametrize("part", ["orders", "fills", "ledger"])
async def test_pages_join_to_the_whole_list_newest_first(api: Api, part: str) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    for _ in range(3):
        await api.order(symbol="EURUSD", side="buy", quantity="1000")
        await api.order(symbol="EURUSD", side="sell", quantity="1000")
    path = f"/v1/accounts/{api.account()}/{part}"
    whole = (await api.get(path))["items"]
    assert len(whole) >= 4
    time = "created_at" if part == "orders" else "time"
    assert all(a[time] >= b[time] for a, b in itertools.pairwise(whole))
    paged: list[object] = []
    after: dict[str, str] = {}
    while True:
        page = await api.get(path, limit="2", **after)
        paged += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == whole


async def test_the_ledger_adds_up_to_the_balance(api: Api) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    await api.order(symbol="EURUSD", side="buy", quantity="100000")
    api.price("EURUSD", "1.12230", "1.12240")
    await api.order(symbol="EURUSD", side="sell", quantity="100000")
    entries = (await api.get(f"/v1/accounts/{api.account()}/ledger"))["items"]
    assert [entry["amount"] for entry in entries] == ["90.00", "10000.00"]
    assert entries[0]["balance_after"] == "10090.00"
    account = await api.get(f"/v1/accounts/{api.account()}")
    assert account["balance"] == "10090.00"


async def test_symbols_come_with_their_specification_and_sessions(api: Api) -> None:
    items = (await api.get("/v1/symbols"))["items"]
    assert len(items) == 14
    gold = await api.get("/v1/symbols/XAUUSD")
    assert gold == next(item for item in items if item["symbol"] == "XAUUSD")
    assert gold["pip"] == "0.1"
    assert gold["time_in_force"] == ["gtc", "day", "gtd", "ioc", "fok"]
    names = ("stop_distance", "freeze_distance", "price_collar", "guaranteed_stop")
    guaranteed = {"premium": "0.30", "distance": "3.00"}
    assert [gold[name] for name in names] == ["0.00", "0.00", "0.5", guaranteed]
    assert (await api.get("/v1/symbols/GBPUSD"))["guaranteed_stop"] is None
    assert gold["tradable"] is False
    assert len(gold["sessions"]) == 7
    page = await api.get("/v1/symbols", limit="5")
    rest = await api.get("/v1/symbols", after=page["next"])
    assert page["items"] + rest["items"] == items
    api.price("XAUUSD", "2400.10", "2400.50")
    assert (await api.get("/v1/symbols/XAUUSD"))["tradable"] is True


async def test_prices_come_in_the_order_they_were_asked_for_or_as_null(api: Api) -> None:
    api.price("USDJPY", "150.001", "150.010")
    jpy, eur = (await api.get("/v1/prices", symbols="USDJPY,EURUSD"))["items"]
    assert jpy.pop("time").endswith("Z")
    assert jpy == {"symbol": "USDJPY", "bid": "150.001", "ask": "150.010", "tradable": True}
    assert eur == {
        "symbol": "EURUSD", "bid": None, "ask": None, "time": None, "tradable": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/orders",
        "/orders/{order}",
        "/positions",
        "/fills",
        "/ledger",
        "/events",
    ],
)
async def test_what_is_somebody_elses_is_unknown(api: Api, path: str) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    order = (await api.order("client2", symbol="EURUSD", side="buy", quantity="1000")).json()["id"]
    path = path.format(order=order)
    headers = await api.as_user("client1")
    foreign, unknown, malformed = [
        await api.client.get(f"/v1/accounts/{account}{path}", headers=headers)
        for account in (api.account("client2"), uuid4(), "not-an-id")
    ]
    assert [foreign.status_code, unknown.status_code, malformed.status_code] == [404] * 3
    assert foreign.json() == unknown.json()
    own = await api.client.get(f"/v1/accounts/{api.account()}/orders/{order}", headers=headers)
    assert own.status_code == 404


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/orders?limit=0", "limit"),
        ("/orders?limit=501", "limit"),
        ("/orders?limit=1_0", "limit"),
        ("/orders?limit=%2B5", "limit"),
        ("/orders?limit=٣", "limit"),
        ("/orders?state=done", "state"),
        ("/orders?after=x", "after"),
        ("/events?after=-1", "after"),
        ("/events?after=9223372036854775808", "after"),
        ("/fills?surprise=1", "surprise"),
    ],
)
async def test_a_wrong_query_is_named(api: Api, path: str, field: str) -> None:
    headers = await api.as_user("client1")
    answer = await api.client.get(f"/v1/accounts/{api.account()}{path}", headers=headers)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_repeated_query_key_is_malformed(api: Api) -> None:
    headers = await api.as_user("client1")
    path = f"/v1/accounts/{api.account()}/orders?limit=1&limit=2"
    answer = await api.client.get(path, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_request"
