"""What waits for one kind of price, sorted by level: only the ends are looked at on most ticks."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final, Generic, TypeAlias, TypeVar

from tradewind.core.triggers import Direction, PriceKind
from tradewind.services.triggers.resting import Resting, Trail

#: A group's bid, ask and middle, in whole units.
Shown: TypeAlias = tuple[int, int, int]
Item = TypeVar("Item", Resting, Trail)

#: Where in `Shown` a kind of price stands.
_PLACES: Final = {PriceKind.BID: 0, PriceKind.ASK: 1, PriceKind.MID: 2}
_LEVEL: Final = attrgetter("level")
_TICKET: Final = attrgetter("ticket")
#: What items are sorted by.
_PLACE: Final = attrgetter("level", "ticket")


@dataclass(slots=True, kw_only=True)
class Bucket(Generic[Item]):
    """What waits for one kind of price in one direction, lowest level first."""

    kind: PriceKind
    when: Direction
    waiting: list[Item] = field(default_factory=list)
    #: `kind` and `when` as the check of each tick wants them.
    _place: int = field(init=False)
    _is_above: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look up once what would be looked up at every tick."""
        self._place = _PLACES[self.kind]
        self._is_above = self.when is Direction.AT_OR_ABOVE

    def add(self, item: Item) -> None:
        """Put an item in its place."""
        self.waiting.insert(bisect_left(self.waiting, _PLACE(item), key=_PLACE), item)

    def remove(self, item: Item) -> None:
        """Take an item out."""
        place = bisect_left(self.waiting, _PLACE(item), key=_PLACE)
        if self.waiting[place] is not item:
            raise AssertionError("an item of the index is not where it belongs")
        del self.waiting[place]

    def sort(self) -> None:
        """Put what was appended in its place; two sorts by a number beat one by pairs."""
        self.waiting.sort(key=_TICKET)
        self.waiting.sort(key=_LEVEL)

    def woken(self, shown: Shown, time: datetime) -> Sequence[Item]:
        """Return what a price of `time` wakes; it stays where it is."""
        waiting = self.waiting
        if not waiting:
            return ()
        price = shown[self._place]
        if self._is_above:
            if waiting[0].level > price:
                return ()
            found = waiting[: bisect_right(waiting, price, key=_LEVEL)]
        elif self.when is Direction.ALWAYS:
            found = waiting
        else:
            if waiting[-1].level < price:
                return ()
            found = waiting[bisect_left(waiting, price, key=_LEVEL) :]
        return [item for item in found if item.since < time]


def is_woken(order: Resting, shown: Shown, time: datetime) -> bool:
    """Tell whether a tradable price of `time` wakes one order."""
    if order.since >= time:
        return False
    match order.when:
        case Direction.AT_OR_ABOVE:
            return shown[_PLACES[order.kind]] >= order.level
        case Direction.AT_OR_BELOW:
            return shown[_PLACES[order.kind]] <= order.level
        case Direction.ALWAYS:
            return True
