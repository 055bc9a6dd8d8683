"""How long an attempt to log in must wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.services.identity.throttle import Attempt, Failures, network, wait_for

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ZERO = timedelta(0)


def attempt(**change: bool) -> Attempt:
    return Attempt(email_hash=b"", address="192.0.2.1", known=change.get("known", False), at=NOW)


def failures(count: int, last: timedelta, of_address: int = 0) -> Failures:
    return Failures(
        of_account=count,
        last_of_account=NOW - last if count else None,
        first_of_account=NOW - last - timedelta(minutes=1) if count else None,
        of_address=of_address,
        first_of_address=NOW - timedelta(minutes=5) if of_address else None,
    )


@pytest.mark.parametrize(
    ("count", "seconds"),
    [(0, 0), (9, 0), (10, 1), (11, 2), (14, 16), (19, 512), (20, 900), (99, 900)],
)
def test_the_pause_doubles_up_to_a_quarter_of_an_hour(count: int, seconds: int) -> None:
    assert wait_for(failures(count, ZERO), attempt()) == timedelta(seconds=seconds)


def test_a_hundred_failures_close_the_account_to_strangers_for_a_day() -> None:
    assert wait_for(failures(100, ZERO), attempt()) == timedelta(hours=23, minutes=59)


def test_a_known_address_is_not_stopped_by_what_others_did_from_it() -> None:
    crowd = failures(0, ZERO, of_address=500)
    assert wait_for(crowd, attempt(known=True)) == ZERO
    assert wait_for(crowd, attempt()) == timedelta(minutes=10)


@given(st.integers(0, 300), st.integers(0, 100_000), st.integers(0, 300), st.booleans())
def test_nobody_waits_longer_than_a_day_and_nobody_less_than_nothing(
    count: int, seconds: int, of_address: int, known: bool
) -> None:
    wait = wait_for(failures(count, timedelta(seconds=seconds), of_address), attempt(known=known))
    assert ZERO <= wait <= timedelta(days=1)


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::1", "::"),
    ],
)
def test_an_address_stands_for_whoever_owns_it(address: str, whose: str) -> None:
    assert network(address) == whose
