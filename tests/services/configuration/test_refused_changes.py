"""What may not be is refused with a code of its own, and leaves no trace."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.services.configuration.world import World
from tradewind.services.configuration.model import Kind

HOUR = timedelta(hours=1)
REFUSED: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "a symbol that does not exist": ("symbol_not_found", {"subject": "NONE", "pip": "1"}),
    "a new one of a known name": ("already_exists", {"version": 0, "pip": "1"}),
    "a field that does not exist": ("unknown_field", {"colour": "red"}),
    "a contract size": ("immutable", {"contract_size": "1"}),
    "a precision": ("immutable", {"price_precision": 4}),
    "a margin rate by one person": ("approval_required", {"margin_rate": "0.02"}),
    "a margin floor by one person": ("approval_required", {"margin_floor": "1"}),
    "a maximum below the minimum": ("out_of_range", {"quantity_max": "10"}),
    "a number in words": ("invalid_decimal", {"quantity_max": "1e9"}),
    "a number that is none": ("invalid_value", {"quantity_max": "NaN!"}),
    "a float": ("invalid_decimal", {"quantity_max": 20000000.5}),
    "an unknown calendar": ("unknown_calendar", {"calendar": "moon"}),
    "an unknown LP": ("unknown_liquidity_provider", {"lp_symbols": {"lp-nine": "X"}}),
    "a symbol without a life for market orders": ("out_of_range", {"time_in_force": ["gtc"]}),
    "a life that is named twice": ("out_of_range", {"time_in_force": ["ioc", "ioc"]}),
    "a life that does not exist": ("invalid_value", {"time_in_force": ["ioc", "gfd"]}),
    "a negative stop distance": ("out_of_range", {"stop_distance_points": "-1"}),
    "a negative freeze distance": ("out_of_range", {"freeze_distance_points": "-1"}),
    "a collar of nothing": ("out_of_range", {"price_collar": "0"}),
    "a collar of more than all": ("out_of_range", {"price_collar": "1.01"}),
    "a negative premium": ("out_of_range", {"guaranteed_stop_premium_points": "-1"}),
    "a negative guaranteed distance": (
        "out_of_range",
        {"guaranteed_stop_distance_points": "-1"},
    ),
    "a group's order of closing by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "pro", "fifo": True},
    ),
    "a group's rate by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "pro", "orders_per_second_max": 1},
    ),
    "a group without orders": (
        "out_of_range",
        {"kind": Kind.GROUP, "subject": "pro", "open_orders_max": 0},
    ),
    "a group with too many orders": (
        "out_of_range",
        {"kind": Kind.GROUP, "subject": "pro", "orders_per_second_max": 1_000_001},
    ),
    "a group's leverage by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "standard", "leverage_cap": "500"},
    ),
    "a group's stop-out by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "pro", "stop_out_level": "20"},
    ),
    "a group's commission by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "raw", "commission_amount": "1"},
    ),
    "a group's book by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "raw", "book": "A"},
    ),
    "a margin tier by one person": (
        "approval_required",
        {"margin_tiers": [{"above": "1000000", "rate": "0.05"}]},
    ),
    "tiers that fall in rate": (
        "out_of_range",
        {"margin_tiers": [{"above": "1", "rate": "0.2"}, {"above": "2", "rate": "0.1"}]},
    ),
    "tiers that fall in bound": (
        "out_of_range",
        {"margin_tiers": [{"above": "2", "rate": "0.1"}, {"above": "1", "rate": "0.2"}]},
    ),
    "a tier of more than all": ("out_of_range", {"margin_tiers": [{"above": "1", "rate": "1.1"}]}),
    "a tier from nothing": ("out_of_range", {"margin_tiers": [{"above": "0", "rate": "0.1"}]}),
    "a tier in a float": ("invalid_decimal", {"margin_tiers": [{"above": 1.5, "rate": "0.1"}]}),
    "a tier in words": ("invalid_decimal", {"margin_tiers": [{"above": "1e6", "rate": "0.1"}]}),
    "a tier without a rate": ("required", {"margin_tiers": [{"above": "1"}]}),
    "a regime by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "pro", "regime": "retail_esma"},
    ),
    "an order of liquidation by one person": (
        "approval_required",
        {"kind": Kind.GROUP, "subject": "pro", "liquidation": "oldest"},
    ),
    "a regime that does not exist": (
        "invalid_value",
        {"kind": Kind.GROUP, "subject": "pro", "regime": "retail_moon"},
    ),
    "a retail group that is closed out too late": (
        "out_of_range",
        {
            "kind": Kind.GROUP, "subject": "pro", "regime": "retail_esma",
            "stop_out_level": "49.9",
        },
    ),
    "a leverage rule by one person": (
        "approval_required",
        {
            "kind": Kind.GROUP, "subject": "pro",
            "leverage_rules": [{"symbol": "XAUUSD", "leverage": "20"}],
        },
    ),
    "a leverage rule of an unknown symbol": (
        "unknown_symbol",
        {
            "kind": Kind.GROUP, "subject": "pro",
            "leverage_rules": [{"symbol": "NONE", "leverage": "20"}],
        },
    ),
    "a leverage rule of nothing": (
        "out_of_range",
        {"kind": Kind.GROUP, "subject": "pro", "leverage_rules": [{"leverage": "20"}]},
    ),
    "a leverage rule of two things": (
        "out_of_range",
        {
            "kind": Kind.GROUP, "subject": "pro",
            "leverage_rules": [{"symbol": "XAUUSD", "asset_class": "metal", "leverage": "20"}],
        },
    ),
    "two leverage rules of one class": (
        "out_of_range",
        {
            "kind": Kind.GROUP, "subject": "pro",
            "leverage_rules": [
                {"asset_class": "metal", "leverage": "20"},
                {"asset_class": "metal", "leverage": "10"},
            ],
        },
    ),
    "a leverage below one": (
        "out_of_range",
        {
            "kind": Kind.GROUP, "subject": "pro",
            "leverage_rules": [{"asset_class": "metal", "leverage": "0.5"}],
        },
    ),
    "a markup below nothing": (
        "out_of_range",
        {"kind": Kind.MARKUP_RULE, "subject": "standard", "bid_points": "-1"},
    ),
    "a rule of an unknown group": (
        "unknown_group",
        {"kind": Kind.MARKUP_RULE, "subject": "x", "version": 0, "group": "x"},
    ),
    "a calendar of an unknown zone": (
        "invalid_calendar",
        {"kind": Kind.CALENDAR, "subject": "fx", "time_zone": "Mars/Olympus"},
    ),
    "a calendar whose sessions overlap": (
        "invalid_calendar",
        {
            "kind": Kind.CALENDAR,
            "subject": "fx",
            "sessions": [
                {"day": "monday", "open": "08:00", "close": "12:00"},
                {"day": "monday", "open": "11:00", "close": "16:00"},
            ],
        },
    ),
    "an LP of the other environment": (
        "wrong_environment",
        {
            "kind": Kind.LIQUIDITY_PROVIDER, "subject": "lp-live", "version": 0,
            "code": "lp-live", "name": "Live", "environment": "live", "priority": 3,
            "enabled": True, "symbol_map": {},
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_what_may_not_be_is_refused_and_leaves_no_trace(world: World, name: str) -> None:
    code, what = REFUSED[name]
    async with world.refused(code):
        await world.change(**what)


async def test_a_time_that_has_passed_is_refused(world: World) -> None:
    async with world.refused("in_the_past"):
        await world.change(effective_from=world.clock.now() - HOUR, quote_age_ms_max=1)
