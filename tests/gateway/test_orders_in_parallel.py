"""Many commands at once on one account: the result is that of some order, one after the other."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.gateway.administration import open_twin
from tests.gateway.conftest import Api
from tests.gateway.order_bodies import BUY, changed, orders_path, quote
from tests.gateway.refusals import assert_is_problem, nothing_changes
from tradewind.processes.verify import verify

SEED = 20_260_131
COMMANDS = 60


async def test_of_a_hundred_orders_at_once_as_many_are_taken_as_the_margin_allows(
    api: Api,
) -> None:
    await api.as_user("client1")
    quote(api)
    account = f"/v1/accounts/{api.account()}"
    # Each needs 26,000 x 1.12140 / 30 = 971.88 and loses its spread, 2.60.
    body = changed({"quantity": "26000"})
    async with api.beating():
        tasks = [asyncio.create_task(api.post(orders_path(api), body)) for _ in range(100)]
        lowest = Decimal("Infinity")
        while not all(task.done() for task in tasks):
            lowest = min(lowest, Decimal((await api.get(account))["free_margin"]))
        answers = [task.result().json() for task in tasks]
        shown = await api.get(account)
    states = [answer["state"] for answer in answers]
    codes = {answer["reject"]["code"] for answer in answers if answer["reject"]}
    assert (states.count("filled"), states.count("rejected")) == (10, 90)
    assert codes == {"insufficient_margin"}
    assert lowest >= 0
    assert (shown["used_margin"], shown["free_margin"]) == ("9718.80", "255.20")
    await verify(api.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An order, or a close of the nth position that was there at the beginning."""

    body: dict[str, object]
    closes: int | None = None

    def path(self, base: str, positions: Sequence[str]) -> str:
        if self.closes is None:
            return f"{base}/orders"
        return f"{base}/positions/{positions[self.closes]}/close"


def commands(drawn: random.Random, positions: int) -> list[Command]:
    """Draw orders of either side, some too large, and closes, some in part, some too late."""
    drawn_commands = []
    for _ in range(COMMANDS):
        if drawn.random() < 0.3:
            part = {"quantity": f"{drawn.randrange(1, 50)}000"} if drawn.random() < 0.5 else {}
            drawn_commands.append(Command(body=dict(part), closes=drawn.randrange(positions)))
        else:
            side = drawn.choice(("buy", "sell"))
            quantity = f"{drawn.randrange(1, 400)}000"
            drawn_commands.append(Command(body=changed({"side": side, "quantity": quantity})))
    return drawn_commands


async def opened(api: Api, base: str, name: str) -> list[str]:
    """Open a few positions at one price and move on to another; return them, oldest first."""
    quote(api, bid="1.12130", ask="1.12140")
    for quantity in ("20000", "30000", "10000", "40000"):
        answer = await api.post(f"{base}/orders", changed({"quantity": quantity}), name=name)
        assert answer.json()["state"] == "filled"
    quote(api, bid="1.12730", ask="1.12740")
    return [item["id"] for item in (await api.get(f"{base}/positions", name))["items"]]


def told(order: dict[str, Any]) -> tuple[object, ...]:
    """What an order says that does not depend on which account it is on."""
    names = ("side", "quantity", "state", "filled_quantity", "average_price", "reject")
    return tuple(order[name] for name in names)


async def left(api: Api, base: str, name: str) -> object:
    """What an account has at the end: money, positions and the amounts that were booked."""
    account = await api.get(base, name)
    positions = (await api.get(f"{base}/positions", name))["items"]
    ledger = (await api.get(f"{base}/ledger", name))["items"]
    return (
        {name: account[name] for name in ("balance", "equity", "used_margin", "last_event")},
        [(item["side"], item["quantity"], item["open_price"]) for item in positions],
        [(item["type"], item["amount"], item["balance_after"]) for item in ledger],
    )


@pytest.mark.parametrize("name", ["client1", "client2"], ids=["O05-netting", "O05-hedging"])
async def test_orders_and_closes_at_once_end_as_they_would_one_after_the_other(
    api: Api, name: str
) -> None:
    print(f"seed {SEED}")  # noqa: T201  reproduces a failure
    base = f"/v1/accounts/{api.account(name)}"
    twin = f"/v1/accounts/{await open_twin(api, name)}"
    positions, twins = await opened(api, base, name), await opened(api, twin, name)
    drawn = commands(random.Random(SEED), len(positions))
    async with api.beating():
        answers = await asyncio.gather(
            *(api.post(each.path(base, positions), each.body, name=name) for each in drawn)
        )
        done = await in_the_order_of_the_log(api, base, name, drawn, answers)
        again = [
            (await api.post(each.path(twin, twins), each.body, name=name)).json()
            for each, _ in done
        ]
    assert [told(order) for _, order in done] == [told(order) for order in again]
    assert await left(api, base, name) == await left(api, twin, name)
    assert {order["state"] for order in again} == {"filled", "rejected"}
    assert len(done) < COMMANDS, "no close came too late"
    await verify(api.settings)


async def in_the_order_of_the_log(
    api: Api,
    base: str,
    name: str,
    sent: Sequence[Command],
    answers: Sequence[httpx.Response],
) -> list[tuple[Command, dict[str, Any]]]:
    """Sort what became an order as the log has it; closes that came too late became none."""
    events: list[Any] = []
    after: str | None = "0"
    while after is not None:
        page = await api.get(f"{base}/events", name, after=after, limit="500")
        events, after = [*events, *page["items"]], page["next"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    places = {event["data"]["id"]: event["seq"] for event in events if event["type"] == "order.new"}
    orders = []
    for command, answer in zip(sent, answers, strict=True):
        if answer.status_code == 201:
            orders.append((command, answer.json()))
        else:
            assert command.closes is not None
            assert_is_problem(answer, 404, "position_not_found")
    return sorted(orders, key=lambda each: places[each[1]["id"]])


async def test_of_many_closes_of_one_position_at_once_one_is_done(api: Api) -> None:
    quote(api)
    order = (await api.post(orders_path(api), BUY)).json()
    path = f"/v1/accounts/{api.account()}/positions/{order['position_id']}/close"
    async with api.beating():
        answers = await asyncio.gather(*(api.post(path, {}) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 29
    entries = (await api.get(f"/v1/accounts/{api.account()}/ledger"))["items"]
    assert [entry["amount"] for entry in entries] == ["-0.10", "10000.00"]


async def test_of_many_orders_at_once_with_one_client_order_id_one_is_placed(api: Api) -> None:
    await api.as_user("client1")
    quote(api)
    body = changed({"client_order_id": "mine"})
    async with api.beating():
        answers = await asyncio.gather(*(api.post(orders_path(api), body) for _ in range(30)))
    (placed,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer.status_code != 201:
            problem = assert_is_problem(answer, 409, "duplicate_client_order_id")
            assert problem["order_id"] == placed
    assert [item["id"] for item in (await api.get(orders_path(api)))["items"]] == [placed]


async def test_many_cancels_at_once_of_an_order_that_is_over_change_nothing(api: Api) -> None:
    quote(api)
    order = (await api.post(orders_path(api), BUY)).json()
    path, headers = f"{orders_path(api)}/{order['id']}", await api.as_user("client1")
    async with nothing_changes(api):
        answers = await asyncio.gather(
            *(api.client.delete(path, headers=headers) for _ in range(30))
        )
        for answer in answers:
            assert_is_problem(answer, 409, "order_final")
