"""Identifiers: every id is a UUIDv7 that the caller passes in."""

from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
EntityId = NewType("EntityId", UUID)
FillId = NewType("FillId", UUID)
GroupId = NewType("GroupId", UUID)
LotId = NewType("LotId", UUID)
OrderId = NewType("OrderId", UUID)
PositionId = NewType("PositionId", UUID)
TransactionId = NewType("TransactionId", UUID)
UserId = NewType("UserId", UUID)

GroupCode = NewType("GroupCode", str)
LpCode = NewType("LpCode", str)
Symbol = NewType("Symbol", str)
