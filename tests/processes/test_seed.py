from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import asyncpg
import msgspec
import pytest

from tradewind.infra.demo.handover import Handover, read_handover
from tradewind.infra.passwords import password_matches
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import SettingError, Settings
from tradewind.processes.seed import seed

TABLES = (
    "account", "account_assignment", "account_event", "account_group", "app_user",
    "calendar_version", "currency", "group_version", "installation", "instrument",
    "instrument_version", "ledger_posting", "legal_entity", "liquidity_provider", "markup_rule",
)  # fmt: skip


@pytest.fixture
async def admin(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        yield pool


async def test_the_seed_writes_what_the_demo_offers(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    assert await sizes(admin) == {
        "account": 9, "account_assignment": 27, "account_event": 18, "account_group": 3,
        "app_user": 5, "calendar_version": 5, "currency": 8, "group_version": 3,
        "installation": 1, "instrument": 14, "instrument_version": 14, "ledger_posting": 9,
        "legal_entity": 1, "liquidity_provider": 2, "markup_rule": 12,
    }  # fmt: skip


async def test_seeding_again_changes_nothing(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    before = await sizes(admin), (tmp_path / "demo.json").read_bytes()
    await seed(settings, tmp_path)
    assert (await sizes(admin), (tmp_path / "demo.json").read_bytes()) == before


async def test_balances_events_and_postings_agree(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    accounts = await admin.fetch("SELECT * FROM account ORDER BY number")
    assert sorted({(row["currency"], row["balance"]) for row in accounts}) == [
        ("EUR", Decimal(10_000)), ("JPY", Decimal(1_000_000)), ("USD", Decimal(10_000)),
    ]  # fmt: skip
    for account in accounts:
        first, second = await admin.fetch(
            "SELECT seq, type, data FROM account_event WHERE account_id = $1 ORDER BY seq",
            account["id"],
        )
        assert (first["seq"], first["type"]) == (1, "account.changed")
        assert (second["seq"], second["type"]) == (account["last_event"], "ledger.posted")
        opened = msgspec.json.decode(first["data"])
        # What is null is left out of the log.
        assert opened.keys() == {name for name, value in account.items() if value is not None}
        assert (opened["balance"], opened["last_event"]) == ("0", 1)
        booked = msgspec.json.decode(second["data"])
        assert Decimal(booked["balance"]) == account["balance"]
        await postings_agree(admin, account, booked["postings"])


async def postings_agree(
    admin: asyncpg.Pool, account: asyncpg.Record, logged: list[dict[str, object]]
) -> None:
    rows = await admin.fetch(
        """SELECT p.*, jsonb_populate_record(NULL::ledger_posting, $2) = p AS same
             FROM ledger_posting p WHERE account_id = $1""",
        account["id"],
        msgspec.json.encode(logged[0]).decode(),
    )
    assert len(rows) == len(logged) == 1
    row = rows[0]
    assert row["same"]
    assert (row["source"], row["destination"]) == ("house:equity", f"client:{account['id']}")
    assert row["amount"] == row["balance_after"] == account["balance"]


async def test_the_file_holds_what_logs_in(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    path = tmp_path / "demo.json"
    assert path.stat().st_mode & 0o777 == 0o600
    demo = read(path)
    assert demo.stream == f"ws://127.0.0.1:{settings.port + 1}/v1/stream"
    roles = ["client", "client", "client", "dealer", "admin"]
    assert [user.role for user in demo.users] == roles
    for user in demo.users:
        assert len(user.password) >= 16
        kept = await admin.fetchval(
            "SELECT password_hash FROM app_user WHERE email = $1", user.email
        )
        assert kept.startswith("$argon2id$")
        assert password_matches(kept, user.password)
        assert len(user.accounts) == (3 if user.role == "client" else 0)
    modes = {(a.position_mode, a.group) for user in demo.users for a in user.accounts}
    assert {mode for mode, _ in modes} == {"netting", "hedging"}
    assert {group for _, group in modes} == {"standard", "pro", "raw"}


async def test_the_file_follows_a_changed_port_and_keeps_passwords(
    settings: Settings, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    before = read(tmp_path / "demo.json")
    await seed(replace(settings, port=9000), tmp_path)
    after = read(tmp_path / "demo.json")
    assert after.api == "http://127.0.0.1:9000/v1"
    assert after.web == "http://127.0.0.1:9000/"
    assert after.stream == "ws://127.0.0.1:9001/v1/stream"
    assert after.users == before.users


async def test_a_lost_file_gives_every_login_a_new_password(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    before = read(tmp_path / "demo.json")
    (tmp_path / "demo.json").unlink()
    await seed(settings, tmp_path)
    after = read(tmp_path / "demo.json")
    for old, new in zip(before.users, after.users, strict=True):
        assert (old.email, old.role, old.accounts) == (new.email, new.role, new.accounts)
        kept = await admin.fetchval(
            "SELECT password_hash FROM app_user WHERE email = $1", new.email
        )
        assert password_matches(kept, new.password)
        assert not password_matches(kept, old.password)


async def test_benchmark_accounts_are_topped_up_to_the_wanted_number(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    await seed(settings, tmp_path, bench_accounts=120)
    await seed(settings, tmp_path, bench_accounts=150)
    await seed(settings, tmp_path, bench_accounts=50)
    bench = read(tmp_path / "bench.json")
    assert sorted(len(user.accounts) for user in bench.users) == [20, 30, 100]
    assert {(a.currency, a.group, a.position_mode) for u in bench.users for a in u.accounts} == {
        ("USD", "pro", "netting")
    }
    assert await admin.fetchval("SELECT count(*) FROM account") == 159


async def test_a_live_installation_is_never_seeded(
    settings: Settings, admin: asyncpg.Pool, tmp_path: Path
) -> None:
    with pytest.raises(SettingError):
        await seed(replace(settings, environment="live"), tmp_path)
    assert await admin.fetchval("SELECT count(*) FROM installation") == 0


async def kept_hash(admin: asyncpg.Pool, email: str) -> str:
    return await admin.fetchval("SELECT password_hash FROM app_user WHERE email = $1", email)


async def sizes(admin: asyncpg.Pool) -> dict[str, int]:
    return {table: await admin.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608


def read(path: Path) -> Handover:
    found = read_handover(path)
    assert found is not None
    return found
