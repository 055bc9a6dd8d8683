"""Fixtures for every test; the modules below say what each gives."""

from tradewind.infra.decimals import trap_floats

pytest_plugins = ("tests.fixtures_servers", "tests.fixtures_platform")

trap_floats()
