"""Stakes kept current: what a position added is taken off again when it changes."""

from collections.abc import Mapping, Sequence

from tradewind.core.exposure import (
    FLAT,
    Holding,
    Place,
    Stake,
    minus,
    place_of,
    plus,
    stake_of,
)
from tradewind.core.ids import AccountId, GroupCode, PositionId
from tradewind.services.exposure.store import Key, OpenPart, Parts


class ExposureView:
    """Open positions by account, their accounts' groups, and the sums of both."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._parts: dict[AccountId, dict[PositionId, Sequence[OpenPart]]] = {}
        self._groups: dict[AccountId, GroupCode] = {}
        self._stakes: dict[Place, Stake] = {}

    @property
    def stakes(self) -> Mapping[Place, Stake]:
        """What the house holds by symbol, book and group."""
        return self._stakes

    def strangers(self, keys: Sequence[Key]) -> Sequence[AccountId]:
        """Accounts whose group must be told before their positions are put."""
        return sorted({account for account, _ in keys if account not in self._groups})

    def regroup(self, groups: Mapping[AccountId, GroupCode]) -> None:
        """Take accounts' groups, and move the positions of those that changed."""
        for account, group in groups.items():
            former = self._groups.get(account)
            if former == group:
                continue
            held = self._parts.get(account, {})
            for parts in held.values():
                self._remove(account, parts)
            self._groups[account] = group
            for parts in held.values():
                self._add(account, parts)

    def put(self, changed: Parts) -> None:
        """Take positions as they stand now; one without parts is closed."""
        for (account, position), parts in changed.items():
            held = self._parts.setdefault(account, {})
            self._remove(account, held.pop(position, ()))
            if parts:
                held[position] = parts
                self._add(account, parts)
            elif not held:
                del self._parts[account]

    def _add(self, account: AccountId, parts: Sequence[OpenPart]) -> None:
        for holding in self._holdings(account, parts):
            place = place_of(holding)
            self._stakes[place] = plus(self._stakes.get(place, FLAT), stake_of(holding))

    def _remove(self, account: AccountId, parts: Sequence[OpenPart]) -> None:
        for holding in self._holdings(account, parts):
            place = place_of(holding)
            rest = minus(self._stakes[place], stake_of(holding))
            if rest.is_flat:
                del self._stakes[place]
            else:
                self._stakes[place] = rest

    def _holdings(self, account: AccountId, parts: Sequence[OpenPart]) -> Sequence[Holding]:
        return [
            Holding(
                symbol=part.symbol,
                book=part.book,
                group=self._groups[account],
                side=part.side,
                quantity=part.quantity,
                open_price=part.open_price,
            )
            for part in parts
        ]
