"""Audit of energy data: a catalogue of rules, each a small function with its reason, bounds and findings."""

from dafeng.balance.audit import (  # noqa: F401 - importing a module registers its rules
    firm_rules,
    identity_rules,
    plausibility_rules,
    series_rules,
    source_rules,
    structure_rules,
)
from dafeng.balance.audit.catalogue import Rule, rules, rules_table
from dafeng.balance.audit.contracts import (
    AuditFindings,
    AuditRules,
    AuditSeries,
    FirmPurchase,
    FirmTransformation,
    FirmUnitEnergy,
)
from dafeng.balance.audit.report import AuditOptions, AuditReport, audit_balance, audit_firms, audit_series
from dafeng.balance.audit.suppress import Suppression, Suppressions, parse_suppressions
from dafeng.balance.audit.thresholds import Threshold, merge_bounds, thresholds

__all__ = [
    "AuditFindings",
    "AuditOptions",
    "AuditReport",
    "AuditRules",
    "AuditSeries",
    "FirmPurchase",
    "FirmTransformation",
    "FirmUnitEnergy",
    "Rule",
    "Suppression",
    "Suppressions",
    "Threshold",
    "audit_balance",
    "audit_firms",
    "audit_series",
    "merge_bounds",
    "parse_suppressions",
    "rules",
    "rules_table",
    "thresholds",
]
