"""Whatever the body of an order is: an order that exists, or a refusal that changed nothing."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.gateway.conftest import Api
from tests.gateway.entries import GOOD
from tests.gateway.order_bodies import ABSENT, BUY, changed, close_path, filled, orders_path, quote
from tests.gateway.refusals import assert_is_problem, assert_tells_nothing, books_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = 200
#: What must have come up, or the bodies prove nothing.
ANSWERS = {
    "filled", "malformed_request", "unknown_field", "invalid_type", "invalid_decimal", "invalid",
    "characters",
}  # fmt: skip
ORDER_ANSWERS = ANSWERS | {"required", "unsupported", "unknown_symbol", "working"}
CLOSE_ANSWERS = ANSWERS | {"cancelled", "rejected"}

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
#: Texts near what a decimal is: most are none, some are.
NUMBERS = st.from_regex(r"\A-?[0-9]{0,20}\.?[0-9]{0,12}(e[0-9]{1,3})?\Z")
PRICES = ("1.12140", "1.12130", "1.5", "0.01000", None)
GOOD_TEXTS = st.none() | st.text(st.sampled_from("aZ0 ß😀"), min_size=1, max_size=32)
#: What each field is for, and near it what it is not for.
FIELDS: dict[str, tuple[st.SearchStrategy[object], st.SearchStrategy[object]]] = {
    "symbol": (st.sampled_from(["EURUSD", "XAUUSD", "NZDUSD"]), st.text(max_size=12)),
    "side": (st.sampled_from(["buy", "sell"]), st.sampled_from(["hold", "BUY", "b", ""])),
    "type": (
        st.sampled_from(["market", "limit", "stop", "stop_limit", "market_if_touched"]),
        st.sampled_from(["LIMIT", "trailing_stop", ""]),
    ),
    "quantity": (st.sampled_from(["1000", "2000", "3000.00"]), NUMBERS),
    "worst_price": (st.sampled_from(PRICES), NUMBERS),
    "requested_price": (st.sampled_from(PRICES), NUMBERS),
    "max_deviation": (st.sampled_from([None, "0", "0.00010"]), NUMBERS),
    "limit_price": (st.sampled_from(PRICES), NUMBERS),
    "stop_price": (st.sampled_from(PRICES), NUMBERS),
    "stop_loss": (st.sampled_from(["1.12000", "0.90000", None]), NUMBERS),
    "take_profit": (st.sampled_from(["1.13000", "1.50000", None]), NUMBERS),
    "stop_loss_distance": (st.sampled_from(["0.00100", None]), NUMBERS),
    "take_profit_distance": (st.sampled_from(["0.00100", None]), NUMBERS),
    "trailing_stop": (st.sampled_from(["0.00100", None]), NUMBERS),
    "guaranteed_stop": (st.booleans(), st.just("true")),
    "trigger_side": (
        st.sampled_from(["default", "bid", "ask", "mid", "inverse", None]),
        st.sampled_from(["last", ""]),
    ),
    "expires_at": (
        st.none() | st.datetimes().map(lambda each: f"{each.isoformat()}Z"),
        st.datetimes().map(lambda each: each.isoformat()),
    ),
    "time_in_force": (
        st.sampled_from(["gtc", "day", "gtd", "ioc", "fok", None]),
        st.sampled_from(["GTC", ""]),
    ),
    "linked_order_id": (st.none() | st.uuids().map(str), st.text(max_size=36)),
    "parent_order_id": (st.none() | st.uuids().map(str), st.text(max_size=36)),
    "label": (GOOD_TEXTS, st.text(max_size=40)),
    "comment": (GOOD_TEXTS, st.text(max_size=70)),
    "client_order_id": (GOOD_TEXTS, st.text(max_size=70)),
    "position_id": (st.none() | st.uuids().map(str), st.text(max_size=36)),
    "reduce_only": (st.booleans(), st.just("true")),
}
CLOSE_FIELDS = ("quantity", "worst_price", "requested_price", "max_deviation", "client_order_id")


@st.composite
def bodies(draw: st.DrawFn, names: Sequence[str], *whole: Mapping[str, object]) -> object:
    """Mostly a whole body with up to three fields changed; now and then more, or anything."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(ANY_JSON)
    if kind == 1:
        return changed(draw(SURPRISES), whole[0])
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    return changed({name: draw(values(name)) for name in chosen}, draw(st.sampled_from(whole)))


@st.composite
def values(draw: st.DrawFn, name: str) -> object:
    """Good and nearly good are as likely; sometimes anything at all, or nothing."""
    good, near = FIELDS[name]
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return ABSENT
    if kind == 1:
        return draw(ANY_JSON)
    return draw(good if kind < 5 else near)


SURPRISES = st.dictionaries(st.text(max_size=8), ANY_JSON, min_size=1, max_size=2)


def spelt(body: object) -> bytes:
    """Spell JSON, or what Python takes for it: an infinity is none."""
    return json.dumps(body).encode()


async def post_any(
    api: Api, name: str, drawn: st.SearchStrategy[object], path: Callable[[], Awaitable[str]]
) -> Counter[str]:
    """Post many bodies, each to its path; drawing is synchronous, so it has a thread."""
    loop = asyncio.get_running_loop()
    answers: Counter[str] = Counter()

    async def one(body: bytes) -> None:
        where = await path()
        before = await books_of(api)
        answer = await api.post(where, body, name=name)
        assert_tells_nothing(answer)
        if answer.status_code == 201:
            answers[answer.json()["state"]] += 1
        elif answer.status_code == 409:
            assert_is_problem(answer, 409, "duplicate_client_order_id")
        else:
            assert answer.status_code in {400, 422}, answer.text
            code = answer.json()["code"]
            assert_is_problem(answer, answer.status_code, code)
            answers[code] += 1
            assert await books_of(api) == before

    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(drawn)
    def all_of_them(body: object) -> None:
        asyncio.run_coroutine_threadsafe(one(spelt(body)), loop).result(timeout=10)

    await asyncio.to_thread(all_of_them)
    return answers


async def test_any_body_of_an_order_is_an_order_or_a_refusal_without_a_trace(
    shared_api: Api,
) -> None:
    quote(shared_api)
    quote(shared_api, "XAUUSD", "1.12", "1.13")

    async def path() -> str:
        return orders_path(shared_api)

    found = await post_any(shared_api, "client1", bodies(tuple(FIELDS), BUY, *GOOD.values()), path)
    assert not ORDER_ANSWERS - found.keys(), found


async def test_any_body_of_a_close_is_an_order_or_a_refusal_without_a_trace(
    shared_api: Api,
) -> None:
    quote(shared_api)

    async def path() -> str:
        account = f"/v1/accounts/{shared_api.account('client3')}"
        held = (await shared_api.get(f"{account}/positions", "client3"))["items"]
        if held:
            return close_path(shared_api, held[0]["id"], "client3")
        opened = await filled(shared_api, "client3", quantity="20000")
        return close_path(shared_api, opened["position_id"], "client3")

    found = await post_any(shared_api, "client3", bodies(CLOSE_FIELDS, {}), path)
    assert not CLOSE_ANSWERS - found.keys(), found
