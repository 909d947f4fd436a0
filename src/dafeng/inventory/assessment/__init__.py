"""Assessment accounts (考核口径): named, dated scopes as data, three stages of figures, the gap by term."""

from dafeng.inventory.assessment.account import Assessed, assess, chain_reductions, reduce_intensity
from dafeng.inventory.assessment.contracts import (
    AccountTerm,
    AssessmentAccount,
    AssessmentFigure,
    AssessmentGap,
    AssessmentScope,
    AssessmentTerms,
    ConstantGdp,
    GdpIndex,
    PowerTrade,
    PriceBase,
    ScopeTerm,
)
from dafeng.inventory.assessment.fossil import list_fossil_terms
from dafeng.inventory.assessment.gap import OwnSide, explain_gap, list_figures, split_revision
from dafeng.inventory.assessment.gdp import chain_gdp, explain_intensity
from dafeng.inventory.assessment.power import emit_power_plants, list_power_terms, trade_power
from dafeng.inventory.assessment.rules import (
    Scope,
    find_price_base,
    find_scope,
    list_price_bases,
    list_scope_terms,
    list_scopes,
)

__all__ = [
    "AccountTerm",
    "Assessed",
    "AssessmentAccount",
    "AssessmentFigure",
    "AssessmentGap",
    "AssessmentScope",
    "AssessmentTerms",
    "ConstantGdp",
    "GdpIndex",
    "OwnSide",
    "PowerTrade",
    "PriceBase",
    "Scope",
    "ScopeTerm",
    "assess",
    "chain_gdp",
    "chain_reductions",
    "emit_power_plants",
    "explain_gap",
    "explain_intensity",
    "find_price_base",
    "find_scope",
    "list_figures",
    "list_fossil_terms",
    "list_power_terms",
    "list_price_bases",
    "list_scope_terms",
    "list_scopes",
    "reduce_intensity",
    "split_revision",
    "trade_power",
]
