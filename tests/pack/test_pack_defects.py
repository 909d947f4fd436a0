"""A broken pack is refused with everything that is wrong: file, row, column, and the nearest name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dafeng.errors import Finding, InputRefused
from dafeng.pack import read_pack


@pytest.fixture
def copy(tiny_pack: Path, tmp_path: Path) -> Path:
    """Return a copy of the second province that a test may break."""
    return Path(shutil.copytree(tiny_pack, tmp_path / "broken"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{old} not in {path.name}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def row_of(path: Path, start: str) -> int:
    """Return the number of the row that starts like this; the header is row 1."""
    lines = path.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))


def refused(folder: Path) -> list[Finding]:
    with pytest.raises(InputRefused) as caught:
        read_pack(str(folder))
    assert caught.value.exit_code == 2
    for finding in caught.value.findings:
        assert finding.text("zh") != finding.text("en")
    return list(caught.value.findings)


def one(folder: Path) -> Finding:
    (finding,) = refused(folder)
    return finding


def nearest(finding: Finding) -> str:
    return str(finding.params["suggestion"].name)  # type: ignore[attr-defined]


def test_the_copy_itself_is_whole(copy: Path) -> None:
    assert read_pack(str(copy)).config.pack.id == "tiny"


def test_all_defects_of_all_files_at_once(copy: Path) -> None:
    """Structure, codes, references, cycles and decisions: one defect does not hide another."""
    (copy / "levers.csv").unlink()
    (copy / "agencys.csv").write_text("a,b\n1,2\n", "utf-8")
    edit(copy / "targets.csv", "binding,ge,15", "binding,ge,fifteen")
    edit(copy / "regions.csv", "市,宝鸡,Baoji,city,CN-SN", "市,宝鸡,Baoji,city,CN-SX")
    edit(copy / "observations.csv", "coal_rate_seen,", "coal_rat_seen,")
    edit(copy / "pack.toml", '"about.reading"', '"about.raeding"')
    edit(copy / "energy.csv", "Raw_Coal", "Raw_Cole")
    edit(copy / "agencies.csv", "2018-10,ecology", "2018-10,ecolgy")
    found = {(f.code, f.place.file, f.place.row, f.place.column) for f in refused(copy)}
    assert found == {
        ("pack_file_missing", "broken", None, ""),
        ("pack_file_unknown", "broken", None, ""),
        ("cell_not_number", "targets.csv", 2, "value"),
        ("code_unknown", "energy.csv", 2, "fuel"),
        ("reference_unknown", "regions.csv", 4, "parent_code"),
        (
            "reference_unknown",
            "observations.csv",
            row_of(copy / "observations.csv", "coal_rat_"),
            "series_id",
        ),
        ("reference_unknown", "agencies.csv", 4, "successor_id"),
        ("decision_unknown", "pack.toml", None, ""),
    }


def test_a_missing_and_a_misspelled_file(copy: Path) -> None:
    (copy / "levers.csv").rename(copy / "lever.csv")
    missing, unknown = sorted(refused(copy), key=lambda f: f.code)
    assert (missing.code, missing.params["file"]) == ("pack_file_missing", "levers.csv")
    assert (unknown.code, unknown.params["file"], nearest(unknown)) == (
        "pack_file_unknown",
        "lever.csv",
        "levers.csv",
    )


def test_no_settings_at_all(copy: Path) -> None:
    (copy / "pack.toml").unlink()
    found = refused(copy)
    assert ("pack_file_missing", "pack.toml") in {(f.code, f.params.get("file")) for f in found}


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('region = "陕西"', "region = 陕西", "toml_invalid", None),
        ('version = "1"', 'verison = "1"', "setting_invalid", {"pack.version", "pack.verison"}),
        ("base_year = 2020", 'base_year = "soon"', "setting_invalid", {"pack.base_year"}),
        ("[0.0, 0.01, 0.02]", "[0.0, 1.0]", "setting_invalid", {"decisions.about.readings.1"}),
        ('id = "tiny"', 'id = "Tiny pack"', "setting_invalid", {"pack.id"}),
        (
            "[decisions.recorded]",
            '[map]\nboundaries = "../secret.geojson"\n[decisions.recorded]',
            "setting_invalid",
            {"map.boundaries"},
        ),
        (
            "[decisions.recorded]",
            "[decisions.target_value]\nT5 = nan\n[decisions.recorded]",
            "setting_invalid",
            {"decisions.target_value.T5"},
        ),
    ],
)
def test_wrong_settings(copy: Path, old: str, new: str, code: str, key: set[str] | None) -> None:
    edit(copy / "pack.toml", old, new)
    found = [f for f in refused(copy) if f.place.file == "pack.toml"]
    assert {f.code for f in found} == {code}
    if key is not None:
        assert {f.params["key"] for f in found} == key


@pytest.mark.parametrize(
    ("written", "suggested"), [("Shanxii", "shanxi"), ("陕西西", "陕西"), ("CN-SXX", "cn-sx")]
)
def test_a_wrong_province_is_refused_and_never_guessed(copy: Path, written: str, suggested: str) -> None:
    edit(copy / "pack.toml", 'region = "陕西"', f'region = "{written}"')
    (finding,) = [f for f in refused(copy) if f.place.file == "pack.toml"]
    assert (finding.code, finding.place.column, finding.params["name"]) == (
        "term_unknown",
        "pack.region",
        written,
    )
    assert nearest(finding) == suggested


def test_a_reference_to_nothing_suggests_the_nearest(copy: Path) -> None:
    edit(copy / "clause_agencies.csv", "C1.1,ecology", "C1.1,ecolgoy")
    finding = one(copy)
    assert (finding.code, finding.place.file, finding.place.row, finding.place.column) == (
        "reference_unknown", "clause_agencies.csv", 3, "agency_id",
    )  # fmt: skip
    assert (finding.params["target"], nearest(finding)) == ("agencies.csv", "ecology")


def test_each_code_of_a_list_must_exist(copy: Path) -> None:
    edit(copy / "systems.csv", "drc;ecology", "drc;drcc;nobody")
    assert [f.params["value"] for f in refused(copy)] == ["drcc", "nobody"]


def test_a_circle_of_links(copy: Path) -> None:
    line = (copy / "target_links.csv").read_text("utf-8").splitlines()[1]
    back = line.replace("D1,adjusts,T9", "T9,supersedes,D1")
    # a third link on the same target must not hide the circle
    also = line.replace("D1,adjusts,T9", "T1,supersedes,T9")
    with (copy / "target_links.csv").open("a", encoding="utf-8") as file:
        file.write(back + "\n" + also + "\n")
    finding = one(copy)
    assert finding.code == "pack_link_cycle"
    assert set(str(finding.params["cycle"]).split(" → ")) == {"D1", "T9"}


def test_a_target_that_replaces_itself(copy: Path) -> None:
    edit(copy / "target_links.csv", "D1,adjusts,T9", "D1,adjusts,D1")
    assert one(copy).code == "pack_link_cycle"


def test_links_that_replace_nothing_may_go_in_circles(copy: Path) -> None:
    line = (copy / "target_links.csv").read_text("utf-8").splitlines()[1]
    with (copy / "target_links.csv").open("a", encoding="utf-8") as file:
        file.write(line.replace("D1,adjusts,T9", "T9,restates,D1") + "\n")
    assert read_pack(str(copy)).tables["target_links"].height == 2


@pytest.mark.parametrize(
    ("toml", "column", "value", "suggested"),
    [
        ('plan_document = "sn-peek"', "pack.plan_document", "sn-peek", "sn-peak"),
        ("[decisions.target_year]\nT11 = 2030", "decisions.target_year", "T11", "T1"),
        ("[decisions.target_value]\nT55 = 3.5", "decisions.target_value", "T55", "T5"),
        (
            '[decisions.same_scope]\ncoal_rats = "coal_rate_seen"',
            "decisions.same_scope",
            "coal_rats",
            "coal_rate",
        ),
        (
            '[decisions.same_scope]\ncoal_rate = "coal_rate_sean"',
            "decisions.same_scope",
            "coal_rate_sean",
            "coal_rate_seen",
        ),
    ],
)
def test_names_in_the_settings_must_exist(
    copy: Path, toml: str, column: str, value: str, suggested: str
) -> None:
    path = copy / "pack.toml"
    if toml.startswith("plan_document"):
        edit(path, 'plan_document = "sn-peak"', toml)
    else:
        path.write_text(path.read_text("utf-8") + toml + "\n", "utf-8")
    finding = one(copy)
    assert (finding.code, finding.place.column, finding.params["value"]) == (
        "reference_unknown",
        column,
        value,
    )
    assert nearest(finding) == suggested


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column"),
    [
        ("observations.csv", "985,10^4 kW", "985,MW", 4, "unit"),
        ("targets.csv", "1000,,,10^4 kW", "1000,,,MW", 3, "unit"),
        (
            "indicator_series.csv",
            "coal_consumption,coal_standard,other_scope",
            "coal_consumption,coal_standard,same",
            7,
            "series_id",
        ),
    ],
)
def test_figures_that_would_be_compared_must_share_their_unit(
    copy: Path, file: str, old: str, new: str, row: int, column: str
) -> None:
    edit(copy / file, old, new)
    finding = one(copy)
    assert (finding.code, finding.place.file, finding.place.row, finding.place.column) == (
        "unit_wrong",
        file,
        row,
        column,
    )


def test_a_decision_cannot_declare_two_units_the_same(copy: Path) -> None:
    path = copy / "pack.toml"
    path.write_text(
        path.read_text("utf-8") + '[decisions.same_scope]\ncoal_consumption = "coal_standard"\n', "utf-8"
    )
    finding = one(copy)
    assert (finding.code, finding.params["value"], finding.params["expected"]) == (
        "unit_wrong",
        "10^4 tce",
        "10^4 t",
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "row", "column"),
    [
        ("targets.csv", "le,300,,300", "le,,,300", "pack_bounds", 4, "value"),
        (
            "targets.csv",
            "ge,44,44,,%,2020,2030,dated",
            "ge,44,44,,%,2020,,dated",
            "pack_bounds",
            10,
            "target_year",
        ),
        ("targets.csv", "about,1000,,", "range,1000,,", "pack_bounds", 3, "lower, upper"),
        ("targets.csv", "about,1000,,", "range,1000,1100,900", "value_out_of_range", 3, "upper"),
        ("agencies.csv", "true,2018-11,,", "true,2018-11,2018-10,", "pack_period_order", 3, "valid_to"),
        ("observations.csv", "2024-06 ytd", "2024-06 YTD", "cell_not_period", 17, "period"),
        ("targets.csv", "T2,示例T2", "T1,示例T2", "key_repeated", 3, "target_id"),
        ("energy.csv", "CN-SN,2021", "山西省,1900", "value_out_of_range", 2, "year"),
    ],
)
def test_rules_between_columns(
    copy: Path, file: str, old: str, new: str, code: str, row: int, column: str
) -> None:
    edit(copy / file, old, new)
    found = {(f.code, f.place.file, f.place.row, f.place.column) for f in refused(copy)}
    assert (code, file, row, column) in found


def geojson(code: object = "610100", kind: str = "Polygon", ring: object = None) -> dict[str, object]:
    ring = ring or [[[108, 34], [109, 34], [109, 35], [108, 34]]]
    feature = {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": kind, "coordinates": ring},
    }
    return {"type": "FeatureCollection", "features": [feature]}


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"[]", b'{"type": "FeatureCollection"}', b"\xff\xfe{",
        json.dumps(geojson(kind="Point")).encode(),
        json.dumps(geojson(code="")).encode(),
        json.dumps(geojson(ring=[[[34, 108], [34, 109], [35, 109], [34, 108]]])).encode(),
        json.dumps(geojson(ring=[[]])).encode(),
        json.dumps(geojson(ring=[[[12000000, 4000000], [12000001, 4000000], [12000000, 4000001]]])).encode(),
        json.dumps(geojson()).encode("utf-16"),
    ],
)  # fmt: skip
def test_boundaries_that_are_none(copy: Path, raw: bytes) -> None:
    (copy / "boundaries.geojson").write_bytes(raw)
    finding = one(copy)
    assert (finding.code, finding.place.file) == ("boundary_invalid", "boundaries.geojson")


def test_boundaries_may_carry_a_mark_and_any_code_of_the_province(copy: Path) -> None:
    collection = geojson(code="610000")
    (copy / "boundaries.geojson").write_bytes(json.dumps(collection).encode("utf-8-sig"))
    assert json.loads(read_pack(str(copy)).boundaries) == collection


@pytest.mark.parametrize("code", ["610500", "140100", "140000"])
def test_an_area_of_no_region_is_not_dropped_in_silence(copy: Path, code: str) -> None:
    (copy / "boundaries.geojson").write_text(json.dumps(geojson(code=code)), "utf-8")
    finding = one(copy)
    assert (finding.code, finding.params["value"], finding.params["target"]) == (
        "reference_unknown",
        code,
        "regions.csv",
    )


def test_without_boundaries_a_pack_is_whole(copy: Path) -> None:
    (copy / "boundaries.geojson").unlink()
    assert read_pack(str(copy)).boundaries == ""


@pytest.mark.parametrize("name", ["no-such-pack", "tiny"])
def test_no_such_pack(name: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_pack(name)
    assert caught.value.findings[0].code == "pack_missing"
    assert "shanxi" in str(caught.value.findings[0].params["known"])
