"""Energy balance tables: read, convert, audit, reconcile, draw.

What closes a balance needs a solver and stands in :mod:`dafeng.balance.reconcile`.
"""

from dafeng.balance.audit import AuditFindings, AuditOptions, AuditReport, AuditRules, audit_balance
from dafeng.balance.coal_equivalent import CoalEquivalent, OwnCoefficient, coal_equivalents, convert_measure
from dafeng.balance.contracts import BalanceCells, BalanceDifference, BalanceFlow, UndrawnCells
from dafeng.balance.convert import convert_edition
from dafeng.balance.difference import list_differences
from dafeng.balance.editions import Edition, detect_edition, editions, find_edition
from dafeng.balance.energy_use import to_energy_use
from dafeng.balance.flow import compute_balance_flow, list_undrawn_cells
from dafeng.balance.identities import DIFFERENCE, Identity, fuel_identities, row_identities
from dafeng.balance.io import ReadBalance, ReadOptions, read_balance
from dafeng.balance.layout import SheetLines, lay_out_balance
from dafeng.balance.long import BalanceLines
from dafeng.balance.model import Balance, ElectricityBasis
from dafeng.balance.reconcile_contracts import (
    Adjustments,
    BalanceObservations,
    IdentityResiduals,
    ReconciledCells,
    SourcePull,
)
from dafeng.balance.signs import SIGNS, Signs, SignsFound, detect_signs, turn_signs
from dafeng.balance.stock import net_stocks

__all__ = [
    "DIFFERENCE",
    "SIGNS",
    "Adjustments",
    "AuditFindings",
    "AuditOptions",
    "AuditReport",
    "AuditRules",
    "Balance",
    "BalanceCells",
    "BalanceDifference",
    "BalanceFlow",
    "BalanceLines",
    "BalanceObservations",
    "CoalEquivalent",
    "Edition",
    "ElectricityBasis",
    "Identity",
    "IdentityResiduals",
    "OwnCoefficient",
    "ReadBalance",
    "ReadOptions",
    "ReconciledCells",
    "SheetLines",
    "Signs",
    "SignsFound",
    "SourcePull",
    "UndrawnCells",
    "audit_balance",
    "coal_equivalents",
    "compute_balance_flow",
    "convert_edition",
    "convert_measure",
    "detect_edition",
    "detect_signs",
    "editions",
    "find_edition",
    "fuel_identities",
    "lay_out_balance",
    "list_differences",
    "list_undrawn_cells",
    "net_stocks",
    "read_balance",
    "row_identities",
    "to_energy_use",
    "turn_signs",
]
