"""The one data idiom of core: a value, frozen for whoever writes code, cheap for whoever runs it.

`@dataclass(frozen=True)` guards every field at run time and makes an object cost two and a half
times as much; an order is decided with some forty of them. The type checker guards the same
fields before anything runs (docs/adr/0020-values-frozen-by-the-type-checker.md).
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[Kind]) -> type[Kind]:
    """Make a slotted, keyword-only, hashable data class that the type checker holds frozen."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
