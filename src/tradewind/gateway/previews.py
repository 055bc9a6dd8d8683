"""What would become of an order, as its owner sees it."""

from tradewind.contracts.http.trading import Cause
from tradewind.contracts.http.trading import Preview as PreviewView
from tradewind.core.orders import Ended, Refused
from tradewind.gateway.valuation import level_text, money
from tradewind.gateway.views import plain
from tradewind.services.oms.preview import Preview


def preview_view(found: Preview) -> PreviewView:
    """Show a decision that was made to be shown; money in whole minor units."""
    currency, after = found.currency, found.after
    return PreviewView(
        state=found.state.value,
        reject=_cause(found.refused),
        end=_cause(found.ended),
        price=plain(found.price),
        margin=money(found.margin, currency),
        commission=money(found.commission, currency),
        spread_cost=money(found.spread_cost, currency),
        used_margin_after=money(after.used_margin if after else None, currency),
        free_margin_after=money(after.free_margin if after else None, currency),
        equity_after=money(after.equity if after else None, currency),
        margin_level_after=level_text(after.level if after else None),
    )


def _cause(why: Refused | Ended | None) -> Cause | None:
    return None if why is None else Cause(code=why.reason, message=why.message)
