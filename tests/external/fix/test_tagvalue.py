"""Golden messages as LPs send them, and properties of the parser."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.external.fix.messages import market_data, message
from tradewind.external.fix.tagvalue import (
    Entry,
    Ignored,
    Increments,
    MalformedMessage,
    RequestRejected,
    Snapshot,
    parse,
)

SENT_AT = datetime(2024, 1, 5, 12, 30, 45, 125_000, UTC)

decimals = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=5
)
names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._", min_size=1, max_size=12)
times = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
)
entries = st.builds(
    Entry,
    st.sampled_from("012"),
    st.sampled_from("01"),
    st.one_of(st.just(""), names),
    names,
    st.one_of(st.none(), decimals),
    st.one_of(st.none(), decimals),
    times,
)


def test_a_snapshot_gives_both_sides_with_sizes_and_the_sending_time() -> None:
    text = market_data(
        "W", "55=EURUSD|262=EURUSD.3|268=2|269=0|270=1.10001|271=1000000|269=1|270=1.1001|271=5e0"
    ).replace("5e0", "500000")
    bid = Entry("0", "0", "", "", Decimal("1.10001"), Decimal(1_000_000), SENT_AT)
    ask = Entry("0", "1", "", "", Decimal("1.1001"), Decimal(500_000), SENT_AT)
    assert parse(text) == Snapshot(request_id="EURUSD.3", symbol="EURUSD", entries=[bid, ask])


def test_an_empty_snapshot_has_no_entries() -> None:
    parsed = parse(market_data("W", "55=EURUSD|262=r|268=0"))
    assert parsed == Snapshot(request_id="r", symbol="EURUSD", entries=())


def test_increments_carry_action_entry_id_symbol_and_the_recorded_time() -> None:
    text = market_data(
        "X",
        "262=r|268=3"
        "|279=1|269=0|278=b1|55=EURUSD|270=1.1|271=10|272=20200101|273=22:00:00.065"
        "|279=2|278=a1"
        "|279=0|269=1|55=GBPUSD|270=-1.25|273=09:08:07",
    )
    recorded = datetime(2020, 1, 1, 22, 0, 0, 65_000, UTC)
    same_day = datetime(2024, 1, 5, 9, 8, 7, 0, UTC)
    assert parse(text) == Increments(
        request_id="r",
        entries=[
            Entry("1", "0", "b1", "EURUSD", Decimal("1.1"), Decimal(10), recorded),
            Entry("2", "", "a1", "", None, None, SENT_AT),
            Entry("0", "1", "", "GBPUSD", Decimal("-1.25"), None, same_day),
        ],
    )


def test_a_rejected_request_gives_its_reason_and_text() -> None:
    parsed = parse(market_data("Y", "262=XXXYYY.1|281=0|58=unknown symbol"))
    assert parsed == RequestRejected(request_id="XXXYYY.1", reason="0", text="unknown symbol")


def test_other_messages_are_named_and_ignored() -> None:
    assert parse(market_data("j", "45=3|372=V|380=3")) == Ignored(kind="j")


@pytest.mark.parametrize(
    "body",
    [
        "55=EURUSD|262=r",
        "55=EURUSD|262=r|268=x",
        "55=EURUSD|262=r|268=2|269=0|270=1.1",
        "55=EURUSD|262=r|268=1|269=0|270=1.1|269=1|270=1.2",
        "55=EURUSD|262=r|268=1|270=1.1|269=0",
        "55=EURUSD|262=r|268=1|269=0|270=NaN",
        "55=EURUSD|262=r|268=1|269=0|270=Infinity",
        "55=EURUSD|262=r|268=1|269=0|270=1e400",
        "55=EURUSD|262=r|268=1|269=0|270=1_0",
        "55=EURUSD|262=r|268=1|269=0|270=.",
        "55=EURUSD|262=r|268=1|269=0|270=",
        "55=EURUSD|262=r|268=1|269=0|270=1.1|272=20240132|273=00:00:00",
        "55=EURUSD|262=r|268=1|269=0|270=1.1|273=12:00:00+01:00",
        "55=EURUSD|262=r|268=1|269=0|no equals sign",
    ],
)
def test_a_malformed_snapshot_is_refused(body: str) -> None:
    with pytest.raises(MalformedMessage):
        parse(market_data("W", body))


@given(names, st.lists(entries, min_size=1, max_size=8))
def test_what_is_written_as_increments_is_read_back(request: str, made: list[Entry]) -> None:
    body = "".join(written(entry) for entry in made)
    parsed = parse(market_data("X", f"262={request}|268={len(made)}{body}"))
    assert parsed == Increments(request_id=request, entries=made)


@given(st.text(alphabet=st.one_of(st.sampled_from("|=0123456789WXY."), st.characters())))
def test_any_text_is_read_or_refused_as_malformed(body: str) -> None:
    for kind in "WXY":
        for text in (message(body), market_data(kind, body), market_data(kind, f"268=1|{body}")):
            try:
                parsed = parse(text)
            except MalformedMessage:
                continue
            assert isinstance(parsed, Snapshot | Increments | RequestRejected | Ignored)


@given(times, st.integers(0, 999_999))
def test_times_keep_their_microseconds(at: datetime, microseconds: int) -> None:
    exact = at.replace(microsecond=0) + timedelta(microseconds=microseconds)
    entry = f"269=0|270=1|272={exact:%Y%m%d}|273={exact:%H:%M:%S}.{microseconds:06d}"
    parsed = parse(market_data("W", f"55=A|262=r|268=1|{entry}"))
    assert isinstance(parsed, Snapshot)
    assert parsed.entries[0].at == exact


def written(entry: Entry) -> str:
    """Return the tags of one incremental entry."""
    optional = (
        ("278", entry.entry_id),
        ("55", entry.symbol),
        ("270", "" if entry.price is None else format(entry.price, "f")),
        ("271", "" if entry.size is None else format(entry.size, "f")),
        ("272", f"{entry.at:%Y%m%d}"),
        ("273", f"{entry.at:%H:%M:%S}.{entry.at.microsecond // 1000:03d}"),
    )
    tail = "".join(f"|{tag}={value}" for tag, value in optional if value)
    return f"|279={entry.action}|269={entry.side}{tail}"
