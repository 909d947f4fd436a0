"""Energy balance tables: read, convert, audit, reconcile, draw."""

from dafeng.balance.contracts import BalanceCells
from dafeng.balance.identities import DIFFERENCE, Identity, fuel_identities, row_identities
from dafeng.balance.model import Balance, ElectricityBasis

__all__ = [
    "DIFFERENCE",
    "Balance",
    "BalanceCells",
    "ElectricityBasis",
    "Identity",
    "fuel_identities",
    "row_identities",
]
