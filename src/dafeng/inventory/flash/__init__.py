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
    FlashFigures,
    FlashIndicators,
    FlashInput,
    FlashMonths,
    FlashScores,
)
from dafeng.inventory.flash.indicators import list_indicators
from dafeng.inventory.flash.issue import Issue, latest_issue
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
from dafeng.inventory.flash.spans import Span, read_spans, select_known

__all__ = [
    "LEAST_COVERED",
    "FlashBenchmark",
    "FlashErrors",
    "FlashEstimates",
    "FlashFigures",
    "FlashIndicators",
    "FlashInput",
    "FlashMonths",
    "FlashOptions",
    "FlashResult",
    "FlashScores",
    "Issue",
    "Span",
    "add_interval",
    "benchmark_emissions",
    "benchmark_energy",
    "compare_archive",
    "denton_cholette",
    "doubt_benchmark",
    "estimate_flash",
    "join_records",
    "latest_issue",
    "list_indicators",
    "list_unmoved",
    "published_totals",
    "read_spans",
    "replay_years",
    "score_errors",
    "select_known",
    "total_by_year",
]
