"""Make the boundary file of a province pack: outline and cities, simplified with shared borders kept shared.

Run once::

    python scripts/make_boundaries.py province_cities.geojson src/dafeng/packs/NAME/boundaries.geojson

The input is a GeoJSON in WGS 84 with one feature for the province and one per city; the code is read from
``code`` or ``adcode``. The output has the properties ``code``, ``name_zh``, ``name_en`` and ``level``, rings
wound as RFC 7946 asks (outer rings counter-clockwise), and coordinates with three decimals (about 100 m).
Needs ``topojson`` and ``shapely``, which the package itself does not.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import topojson
from shapely.geometry import mapping, shape
from shapely.geometry.polygon import orient

DECIMALS = 3
MAX_BYTES = 60_000


def read_features(source: Path) -> list[dict[str, Any]]:
    """Return the features with our four properties."""
    features = []
    for feature in json.loads(source.read_text("utf-8"))["features"]:
        old = feature["properties"]
        properties = {
            "code": str(old.get("code") or old["adcode"]),
            "name_zh": old["name_zh"],
            "name_en": old["name_en"],
            "level": old["level"],
        }
        features.append({"type": "Feature", "properties": properties, "geometry": feature["geometry"]})
    return features


def wind(geometry: dict[str, Any]) -> dict[str, Any]:
    """Return a geometry with RFC 7946 winding and rounded coordinates."""
    made = shape(geometry)
    if not made.is_valid:
        raise SystemExit("simplification made an invalid polygon: use a smaller tolerance")
    parts = [orient(part, sign=1.0) for part in (made.geoms if hasattr(made, "geoms") else [made])]
    rings = [[_rounded(ring) for ring in mapping(part)["coordinates"]] for part in parts]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _rounded(ring: Any) -> list[list[float]]:
    return [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring]


def simplify(features: list[dict[str, Any]], tolerance: float) -> str:
    """Return the GeoJSON text at one tolerance [degree]."""
    topology = topojson.Topology(
        {"type": "FeatureCollection", "features": features}, prequantize=False, toposimplify=tolerance
    )
    made = json.loads(topology.to_geojson())["features"]
    out = [
        {"type": "Feature", "properties": old["properties"], "geometry": wind(new["geometry"])}
        for old, new in zip(features, made, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": out}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n"


def main(source: Path, target: Path) -> None:
    """Write the finest version that fits into ``MAX_BYTES``."""
    features = read_features(source)
    for tolerance in (0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03):
        text = simplify(features, tolerance)
        size = len(text.encode("utf-8"))
        print(f"tolerance {tolerance}: {size:,} bytes")
        if size <= MAX_BYTES:
            target.write_text(text, "utf-8")
            return
    raise SystemExit("no tolerance fits")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    main(arguments.source, arguments.target)
