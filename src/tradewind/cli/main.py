"""The `tradewind` command."""

import click

from tradewind.cli.audit import audit
from tradewind.cli.backup import backup, restore
from tradewind.cli.candles import candles
from tradewind.cli.configuration import configuration_commands
from tradewind.cli.database import migrate, seed, verify
from tradewind.cli.dealing import dealing_commands
from tradewind.cli.doctor import doctor
from tradewind.cli.explain import explain
from tradewind.cli.exposure import exposure
from tradewind.cli.kill_switches import kill_switch
from tradewind.cli.running import down, logs, status
from tradewind.cli.ticks import ticks
from tradewind.cli.up import up
from tradewind.cli.web import web


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tradewind")
def main() -> None:
    """Run and look after a Tradewind platform on this machine.

    Everything lives in one data folder, TRADEWIND_HOME (default: .tradewind in the working
    directory); public ports start at TRADEWIND_PORT (default: 8000).
    """


for command in (up, down, status, logs, doctor, migrate, seed, verify, backup, restore, web, ticks):
    main.add_command(command)
main.add_command(candles)
main.add_command(audit)
main.add_command(explain)
main.add_command(exposure)
main.add_command(kill_switch)
for dealers in dealing_commands():
    main.add_command(dealers)
for group in configuration_commands():
    main.add_command(group)


if __name__ == "__main__":
    main()
