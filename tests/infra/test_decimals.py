"""The guard that conftest.py sets for the whole test run."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, FloatOperation

import pytest


def make_from_float() -> Decimal:
    return Decimal(1.1)  # noqa: RUF032 the guard must stop it


def test_a_decimal_made_from_a_float_raises() -> None:
    with pytest.raises(FloatOperation):
        make_from_float()


def test_a_decimal_compared_with_a_float_raises() -> None:
    with pytest.raises(FloatOperation):
        assert Decimal(1) < 1.5


def test_a_thread_started_later_has_the_guard_too() -> None:
    with ThreadPoolExecutor(max_workers=1) as threads, pytest.raises(FloatOperation):
        threads.submit(make_from_float).result(timeout=5)


async def test_a_task_and_a_worker_thread_have_the_guard_too() -> None:
    with pytest.raises(FloatOperation):
        await asyncio.to_thread(make_from_float)
