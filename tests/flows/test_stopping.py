"""Trade is stopped and let go on while Valkey is dead: the switch needs the database alone."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.flows.live import Live, Trader, log_in, place, verdict
from tests.services.pricing.running import until

IN_EFFECT_S = 1.0
SWITCHES = "/v1/admin/kill-switches"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealer:
    """Who stops an account."""

    http: httpx.AsyncClient
    headers: dict[str, str]

    async def stop(self, trader: Trader) -> Any:
        body = {"scope": "account", "key": str(trader.account), "reason": "stop"}
        answer = await self.http.post(SWITCHES, json=body, headers={**self.headers, **keyed()})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def standing(self) -> Any:
        return (await self.http.get(SWITCHES, headers=self.headers)).json()["items"]

    async def let_go_on(self, trader: Trader) -> Any:
        path = f"{SWITCHES}/account/{trader.account}"
        answer = await self.http.delete(path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


def keyed() -> dict[str, str]:
    return {"idempotency-key": secrets.token_hex(16)}


async def log_in_dealer(live: Live, http: httpx.AsyncClient) -> Dealer:
    person = next(user for user in live.platform.demo["users"] if user["role"] == "dealer")
    token = await log_in(http, person["email"], person["password"])
    return Dealer(http=http, headers={"authorization": f"Bearer {token}"})


async def test_a_kill_switch_is_set_and_holds_while_valkey_is_dead(live: Live) -> None:
    async with live.client() as http:
        stopped, other = await live.traders(http, 2)
        dealer = await log_in_dealer(live, http)

        async def says(trader: Trader, expected: str) -> bool:
            return verdict(await place(http, trader)) == expected

        await until(lambda: says(other, "filled"))
        opened = (await place(http, stopped)).json()
        assert opened["state"] == "filled", opened
        former = await live.crash_loop("valkey", 4)
        await until(lambda: says(stopped, "no_price"))
        began = time.monotonic()
        switch = await dealer.stop(stopped)
        assert await says(stopped, "kill_switch")
        took = time.monotonic() - began
        assert await says(other, "no_price")
        assert await dealer.standing() == [switch]
        assert not live.is_up("valkey"), "it came back too early for what was to be seen"
        print(f"in effect after {took:.3f} s")  # noqa: T201
        assert took < IN_EFFECT_S
        await live.again("valkey", former)
        await until(lambda: says(other, "filled"))
        assert await says(stopped, "kill_switch")
        close = f"{stopped.path}/positions/{opened['position_id']}/close"
        closed = await http.post(close, json={}, headers={**stopped.headers, **keyed()})
        assert verdict(closed) == "filled"
        assert await dealer.let_go_on(stopped) == switch
        assert await says(stopped, "filled")
