"""The model file: JSON with a format, a version and a hash of its body; no code, never a pickle.

Trees travel as LightGBM text. The hash shows damage and careless edits; it is no signature, so a model
of a stranger deserves the care of any file of a stranger.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from dafeng.errors import InputRefused, Place
from dafeng.power.forecast.baselines import Baseline
from dafeng.power.forecast.conformal import PAIRS
from dafeng.power.forecast.horizon import HORIZONS, LEVELS
from dafeng.power.forecast.model import StationModel
from dafeng.power.forecast.trees import Forest
from dafeng.provenance import hash_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT, VERSION = "dafeng-forecast", 1
MAX_MODEL_BYTES = 400 * 2**20
TEXT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True, eq=False)
class ForecastBundle:
    """The models of some stations and how they depend on one another.

    Parameters
    ----------
    models : tuple of StationModel
    correlation : array, shape (stations, stations)
        Of the normal scores, in the order of the models.
    """

    models: tuple[StationModel, ...]
    correlation: NDArray[np.float64]


def write_bundle(bundle: ForecastBundle) -> bytes:
    """Return the bytes of a model file."""
    body = {
        "levels": list(LEVELS),
        "correlation": bundle.correlation.tolist(),
        "models": [_model_to_json(model) for model in bundle.models],
    }
    head = {"format": FORMAT, "version": VERSION, "sha256": hash_json(body), "body": body}
    return json.dumps(head, ensure_ascii=False).encode("utf-8")


def read_bundle(raw: bytes, name: str) -> ForecastBundle:
    """Return the models of a file.

    Raises
    ------
    InputRefused
        ``forecast_model_damaged``: no JSON, another format or version, a wrong hash, missing parts.
    """

    def refuse(reason: str) -> InputRefused:
        error = InputRefused.of("forecast_model_damaged", Place(name), reason=reason)
        assert isinstance(error, InputRefused)
        return error

    try:
        head = json.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise refuse("JSON") from error
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise refuse("format")
    if head.get("version") != VERSION:
        raise refuse(f"version {head.get('version')}")
    body = head.get("body")
    if not isinstance(body, dict) or hash_json(body) != head.get("sha256"):
        raise refuse("SHA-256")
    try:
        return _bundle_from_json(body)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, PolarsError) as error:
        raise refuse(str(error)[:80]) from error


def _bundle_from_json(body: dict[str, Any]) -> ForecastBundle:
    if tuple(body["levels"]) != LEVELS:
        raise ValueError("levels")
    if not body["models"]:
        raise ValueError("models")
    models = tuple(_model_from_json(item) for item in body["models"])
    return ForecastBundle(models, np.asarray(body["correlation"], float).reshape(len(models), len(models)))


def _model_to_json(model: StationModel) -> dict[str, Any]:
    forest = model.forest
    scores = model.normal_scores
    return {
        "station": model.station, "kind": model.kind, "horizon": model.horizon, "weather": model.weather,
        "step_minutes": model.step_minutes, "baseline": model.baseline.to_json(),
        "forest": None
        if forest is None
        else {
            "features": list(forest.features), "mean": list(forest.mean),
            "quantiles": list(forest.quantiles),
        },
        "moves": model.moves.tolist(), "trained_from": model.trained_from, "trained_to": model.trained_to,
        "samples": model.samples, "flagged": model.flagged,
        "normal_scores": {
            "issued": scores["issued"].dt.strftime(TEXT).to_list(),
            "valid": scores["valid"].dt.strftime(TEXT).to_list(),
            "z": scores["z"].round(4).to_list(),
        },
    }  # fmt: skip


def _model_from_json(item: dict[str, Any]) -> StationModel:
    if item["horizon"] not in HORIZONS or item["kind"] not in {"wind", "pv"}:
        raise ValueError("horizon")
    forest = item["forest"]
    grown = None
    if forest is not None:
        grown = Forest(*(tuple(map(str, forest[part])) for part in ("features", "mean", "quantiles")))
        if len(grown.quantiles) != len(LEVELS) or not grown.mean:
            raise ValueError("forest")
    moves = np.asarray(item["moves"], float)
    if moves.shape != (len(PAIRS),):
        raise ValueError("moves")
    scores = pl.DataFrame(
        item["normal_scores"], schema={"issued": pl.String, "valid": pl.String, "z": pl.Float64}
    )
    scores = scores.with_columns(pl.col("issued", "valid").str.to_datetime(TEXT, time_unit="us"))
    return StationModel(
        str(item["station"]), item["kind"], item["horizon"], str(item["weather"]), int(item["step_minutes"]),
        Baseline.from_json(item["baseline"]), grown, moves, str(item["trained_from"]),
        str(item["trained_to"]), int(item["samples"]), int(item["flagged"]), scores,
    )  # fmt: skip
