"""Accounts and positions at current prices, for display; decisions make their own."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from tradewind.contracts import http
from tradewind.contracts.events import PositionRow
from tradewind.contracts.http.accounts import Account as AccountView
from tradewind.contracts.http.trading import Position as PositionView
from tradewind.core import margin
from tradewind.core.accounts import Position
from tradewind.core.ids import Symbol
from tradewind.core.margin import Mark
from tradewind.core.money import Currency, to_minor_unit
from tradewind.gateway.views import plain
from tradewind.services.accounts.model import Holding
from tradewind.services.oms.markets import Markets
