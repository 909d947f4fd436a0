"""The way from a CSV file to a CSV file: what is read, what is refused, what is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.inventory_file import InventoryRequest, run_inventory
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "region,year,variable,sector,fuel,unit,value"
GOOD = "CN-SX,2020,final_consumption,power_heat,Raw_Coal,10^4 t,100"
PRODUCTS = "region,year,variable,sector,fuel,unit,value,source,quality"
CEMENT = "CN-SX,2020,output,cement,,10^4 t,1000,X,B"
OLD = b"old result\n"


def text(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode("utf-8")


def request(folder: Path, energy: bytes, cement: bytes | None = None, **options: object) -> InventoryRequest:
    (folder / "in.csv").write_bytes(energy)
    path = None
    if cement is not None:
        path = folder / "cement.csv"
        path.write_bytes(cement)
    return InventoryRequest(folder / "in.csv", folder / "out.csv", path, **options)  # type: ignore[arg-type]


def refuse(folder: Path, energy: bytes, cement: bytes | None = None, **options: object) -> InputRefused:
    """Run, expect a refusal, check that the old output stays and nothing else appears."""
    wanted = request(folder, energy, cement, **options)
    for before in (None, OLD):
        if before is not None:
            wanted.output.write_bytes(before)
        with pytest.raises(InputRefused) as caught:
            run_inventory(wanted)
        assert (wanted.output.read_bytes() if before else wanted.output.exists()) == (before or False)
    assert {path.name for path in folder.iterdir()} <= {"in.csv", "out.csv", "cement.csv"}
    for language in ("zh", "en"):
        assert caught.value.text(language)
    return caught.value


@pytest.mark.parametrize(
    ("energy", "code"),
    [
        (text(GOOD.replace(",10^4 t", ""), header=HEADER.replace(",unit", "")), "column_missing"),
        (text(GOOD.replace("Raw_Coal", "Raw_Coall")), "code_unknown"),
        (text(GOOD.replace("Raw_Coal", "电煤")), "code_unknown"),
        (text(GOOD.replace("power_heat", "power_hot")), "code_unknown"),
        (text(GOOD.replace("CN-SX", "山四")), "code_unknown"),
        (text(GOOD.replace("final_consumption", "final_use")), "code_unknown"),
        (text(GOOD.replace("10^4 t", "t")), "unit_wrong"),
        (text(GOOD.replace("10^4 t", "10^8 m3")), "unit_wrong"),
        (text(GOOD, GOOD), "key_repeated"),
        (text(GOOD, GOOD.replace("CN-SX", "山西")), "key_repeated"),
        (text(GOOD.replace(",100", ",hundred")), "cell_not_number"),
        (text(GOOD.replace(",100", ',"1,000"')), "cell_not_number"),
        (text(GOOD.replace(",100", ",1e999")), "cell_not_finite"),
        (text(GOOD.replace("2020", "20x0")), "cell_not_integer"),
        (text(GOOD.replace("2020", "2020.5")), "cell_not_integer"),
        (text(GOOD.replace("2020", "1066")), "value_out_of_range"),
        (text(GOOD.replace("2020", "9999")), "value_out_of_range"),
        (text(GOOD.replace("2020", "")), "cell_empty"),
        (text(GOOD + ",one,too,many"), "file_not_csv"),
        (text('"' + GOOD), "file_not_csv"),
        (text(GOOD, header=HEADER + ",year"), "column_repeated"),
        (text(), "header_only"),
        (b"", "file_empty"),
        (b" \r\n \n", "file_empty"),
        (b"PK\x03\x04" + bytes(20), "file_binary"),
        (text(GOOD) + b"\x00", "file_binary"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "file_binary"),
        (text(GOOD) + b"\xff\xfe\xff", "file_encoding"),
    ],
)
def test_a_defect_is_refused_and_touches_nothing(tmp_path: Path, energy: bytes, code: str) -> None:
    assert code in {finding.code for finding in refuse(tmp_path, energy).findings}


def test_a_line_without_end_is_refused_in_words(tmp_path: Path) -> None:
    assert refuse(tmp_path, b"x" * 300_000).findings[0].code in {"file_not_csv", "column_missing"}


def test_the_nearest_fuel_is_suggested(tmp_path: Path) -> None:
    error = refuse(tmp_path, text(GOOD.replace("Raw_Coal", "Raw_Coall")))
    for language in ("zh", "en"):
        assert re.search(r"Raw_Coal\b", error.text(language))


def test_all_defects_are_told_at_once_with_their_rows(tmp_path: Path) -> None:
    rows = [GOOD.replace("Raw_Coal", "Coal_x"), "", GOOD.replace("2020", "20x0"), GOOD.replace(",100", ",?")]
    found = refuse(tmp_path, text(*rows)).findings
    assert [(f.place.row, f.place.column) for f in found] == [(2, "fuel"), (4, "year"), (5, "value")]


def test_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    error = refuse(tmp_path, text(GOOD), max_bytes=10)
    assert error.findings[0].code == "file_too_large"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        run_inventory(InventoryRequest(tmp_path / "absent.csv", tmp_path / "out.csv"))
    assert "absent.csv" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("products", "code"),
    [
        (text("CN-SX,2020,output,crude_steel,,10^4 t,5,X,B", header=PRODUCTS), "product_missing"),
        (text(CEMENT.replace("10^4 t", "t"), header=PRODUCTS), "unit_wrong"),
        (text(CEMENT.replace("1000", "-1"), header=PRODUCTS), "value_out_of_range"),
        (text(CEMENT, CEMENT, header=PRODUCTS), "key_repeated"),
        (b"", "file_empty"),
    ],
)
def test_a_defective_cement_file_is_refused(tmp_path: Path, products: bytes, code: str) -> None:
    assert refuse(tmp_path, text(GOOD), products).findings[0].code == code


@pytest.mark.parametrize("region", ["CN-SX", "山西", "山西省", "140000", "Shanxi"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_and_names_of_the_province_are_read(tmp_path: Path, region: str, encoding: str) -> None:
    raw = f"{HEADER},备注\n{GOOD.replace('CN-SX', region)},好\n".encode(encoding)
    answer = run_inventory(request(tmp_path, raw))
    assert answer.rows == 7
    assert set(pl.read_csv(tmp_path / "out.csv")["region"]) == {"CN-SX"}


def test_shaanxi_is_not_shanxi(tmp_path: Path) -> None:
    run_inventory(request(tmp_path, text(GOOD.replace("CN-SX", "陕西"))))
    assert set(pl.read_csv(tmp_path / "out.csv")["region"]) == {"CN-SN"}


def test_crlf_blank_lines_extra_columns_and_their_order_do_not_matter(tmp_path: Path) -> None:
    run_inventory(request(tmp_path, text(GOOD)))
    plain = (tmp_path / "out.csv").read_bytes()
    cells = GOOD.split(",")
    header = ",".join(reversed(HEADER.split(",")))
    raw = f"note,{header}\r\n\r\nx,{','.join(reversed(cells))}\r\n,,,,,,,\r\n".encode()
    run_inventory(request(tmp_path, raw))
    assert (tmp_path / "out.csv").read_bytes() == plain


def test_the_columns_of_the_result_and_a_total_with_cement(tmp_path: Path) -> None:
    other = "CN-SX,2020,output,crude_steel,,10^4 pieces,-5,X,B"
    run_inventory(request(tmp_path, text(GOOD), text(other, CEMENT, header=PRODUCTS)))
    raw = (tmp_path / "out.csv").read_text("utf-8")
    assert raw.splitlines()[0] == "region,year,variable,sector,fuel,unit,value,source,quality"
    table = pl.read_csv(tmp_path / "out.csv")
    total = table.filter((pl.col("variable") == "co2_total") & (pl.col("sector") == "total"))["value"].item()
    assert total == pytest.approx(1.726295 + 2.906, rel=1e-9)


NEGATIVE = GOOD.replace("Raw_Coal", "Coke").replace(",100", ",-40")
ORPHAN = GOOD.replace("power_heat", "logging").replace(",100", ",7.5")


def test_findings_stop_the_work_and_are_listed_with_their_size(tmp_path: Path) -> None:
    error = refuse(tmp_path, text(GOOD, NEGATIVE, ORPHAN))
    assert [f.code for f in error.findings] == [
        "findings_stop",
        "activity_negative",
        "activity_without_factor",
    ]
    for language in ("zh", "en"):
        assert "-40" in error.text(language)
        assert "7.5" in error.text(language)


def test_accepted_findings_are_computed_and_kept_beside(tmp_path: Path) -> None:
    answer = run_inventory(request(tmp_path, text(GOOD, NEGATIVE, ORPHAN), accept_findings=True))
    assert answer.findings_path == tmp_path / "out.findings.csv"
    listed = pl.read_csv(tmp_path / "out.findings.csv")
    assert listed.select("code", "sector", "fuel", "value", "row").rows() == [
        ("activity_negative", "power_heat", "Coke", -40.0, 3),
        ("activity_without_factor", "logging", "Raw_Coal", 7.5, 4),
    ]
    table = pl.read_csv(tmp_path / "out.csv").filter(pl.col("variable") == "co2_fuel_combustion")
    cells = dict(table.filter(pl.col("sector") != "total").select("fuel", "value").iter_rows())
    assert set(table["sector"]) == {"total", "power_heat"}
    assert cells["Coke"] < 0 < cells["Raw_Coal"]


def test_an_old_list_of_findings_does_not_outlive_them(tmp_path: Path) -> None:
    run_inventory(request(tmp_path, text(GOOD, NEGATIVE), accept_findings=True))
    answer = run_inventory(request(tmp_path, text(GOOD), accept_findings=True))
    assert answer.findings == ()
    assert pl.read_csv(tmp_path / "out.findings.csv").is_empty()


def test_nothing_is_written_beside_unless_it_was_asked_for(tmp_path: Path) -> None:
    assert run_inventory(request(tmp_path, text(GOOD))).findings_path is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize("name", ["in.csv", "./in.csv", "sub/../in.csv", "link.csv", "cement.csv"])
def test_the_output_is_never_an_input(tmp_path: Path, name: str) -> None:
    wanted = request(tmp_path, text(GOOD), text(CEMENT, header=PRODUCTS))
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "in.csv")
    before = (tmp_path / "in.csv").read_bytes(), (tmp_path / "cement.csv").read_bytes()
    with pytest.raises(InputRefused) as caught:
        run_inventory(InventoryRequest(wanted.energy, tmp_path / name, wanted.cement))
    assert caught.value.findings[0].code == "output_is_input"
    assert before == ((tmp_path / "in.csv").read_bytes(), (tmp_path / "cement.csv").read_bytes())


def test_the_list_of_findings_never_falls_on_an_input(tmp_path: Path) -> None:
    raw = text(GOOD, NEGATIVE)
    (tmp_path / "a.findings.csv").write_bytes(raw)
    with pytest.raises(InputRefused):
        run_inventory(InventoryRequest(tmp_path / "a.findings.csv", tmp_path / "a.csv", accept_findings=True))
    assert (tmp_path / "a.findings.csv").read_bytes() == raw


def test_a_folder_as_output_is_refused(tmp_path: Path) -> None:
    wanted = request(tmp_path, text(GOOD))
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputRefused) as caught:
        run_inventory(InventoryRequest(wanted.energy, tmp_path / "folder"))
    assert caught.value.findings[0].code == "output_not_writable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "in.csv"]
