"""Flash estimate (快报): monthly energy and CO2 of a province from published indicators, with past errors."""

from dafeng.inventory.flash.benchmark import (
    benchmark_emissions,
    benchmark_energy,
    denton_cholette,
    published_totals,
    total_by_year,
)
from dafeng.inventory.flash.contracts import (
    FlashBenchmark,
    FlashErrors,
    FlashEstimates,
    FlashIndicators,
    FlashMonths,
    FlashScores,
)
from dafeng.inventory.flash.indicators import list_indicators
from dafeng.inventory.flash.method import (
    LEAST_COVERED,
    FlashOptions,
    FlashResult,
    doubt_benchmark,
    estimate_flash,
    list_unmoved,
)
from dafeng.inventory.flash.score import (
    add_interval,
    compare_archive,
    join_records,
    replay_years,
    score_errors,
)
from dafeng.inventory.flash.tables import moving_items

__all__ = [
    "LEAST_COVERED",
    "FlashBenchmark",
    "FlashErrors",
    "FlashEstimates",
    "FlashIndicators",
    "FlashMonths",
    "FlashOptions",
    "FlashResult",
    "FlashScores",
    "add_interval",
    "benchmark_emissions",
    "benchmark_energy",
    "compare_archive",
    "denton_cholette",
    "doubt_benchmark",
    "estimate_flash",
    "join_records",
    "list_indicators",
    "list_unmoved",
    "moving_items",
    "published_totals",
    "replay_years",
    "score_errors",
    "total_by_year",
]
