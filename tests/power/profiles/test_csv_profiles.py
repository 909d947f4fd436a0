"""A CSV profile is taken as it is or refused with everything that is wrong, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from tests.power.profiles.made_files import daylight, labels, refusals, text

from dafeng.errors import InputRefused
from dafeng.power.profiles import parse_profile, read_profile
from dafeng.power.profiles.quality import SHARE_KINDS

FLAT = [100.0] * 8760


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("time,load_mw", 1.0),
        ("时间,负荷（万千瓦）", 10.0),
        ("time,load (10 MW)", 10.0),
        ("time,load GW", 1000.0),
        ("时刻,负荷(兆瓦)", 1.0),
        ("datetime;load_kw", 0.001),
    ],
)
def test_the_header_says_the_unit(header: str, factor: float) -> None:
    separator = ";" if ";" in header else ","
    raw = "\n".join([header, *(f"{label}{separator}100" for label in labels())]).encode()
    assert read_profile(raw, "file.csv", 2030, "load") == pytest.approx(100.0 * factor)


@pytest.mark.parametrize(
    "stamps",
    [
        [label.replace(" ", "T") + "+08:00" for label in labels()],
        [label.replace("-", "/") for label in labels()],
        [str(n) for n in range(8760)],
        [str(n + 1) for n in range(8760)],
    ],
)
def test_labels_may_be_written_in_several_ways(stamps: list[str]) -> None:
    values = np.round(100 + np.arange(8760) / 100, 2)
    assert (read_profile(text(stamps, list(values)), "f", 2030, "load") == values).all()


def test_one_column_of_several_is_found_by_its_name() -> None:
    rows = [f"{stamp},0.3,0.2,500" for stamp in labels()]
    raw = "\n".join(["时间,风电_share,hydro cf,负荷 MW", *rows]).encode("gb18030")
    assert read_profile(raw, "f", 2030, "wind") == pytest.approx(0.3)
    assert read_profile(raw, "f", 2030, "hydro") == pytest.approx(0.2)
    assert read_profile(raw, "f", 2030, "load") == pytest.approx(500.0)
    assert refusals(raw, "heat") == [("profile_value_column", 1)]


def test_a_leap_year_has_its_own_number_of_hours() -> None:
    assert len(read_profile(text(labels(2028), [1.0] * 8784), "f", 2028, "load")) == 8784
    assert ("profile_rows", None) in refusals(text(labels(2028)[:8760], FLAT), year=2028)
    assert ("profile_rows", None) in refusals(text(labels(2028), [1.0] * 8784), year=2030)


def test_a_gap_is_named_with_the_row_before_it() -> None:
    stamps = labels()
    del stamps[100:103]
    assert refusals(text(stamps, FLAT[3:])) == [("profile_rows", None), ("profile_gap", 101)]


def test_a_repeated_hour_and_a_wrong_order_are_named() -> None:
    stamps = labels()
    stamps[50] = stamps[49]
    assert refusals(text(stamps, FLAT)) == [("profile_repeated", 52), ("profile_gap", 52)]
    stamps = labels()
    stamps[10], stamps[11] = stamps[11], stamps[10]
    assert refusals(text(stamps, FLAT)) == [("profile_order", 13)]


def test_daylight_saving_is_recognised() -> None:
    stamps = labels()
    spring, autumn = stamps.index("2030-03-31 02:00"), stamps.index("2030-10-27 02:00")
    shifted = [*stamps[:spring], *stamps[spring + 1 : autumn + 1], *stamps[autumn:]]
    assert len(shifted) == 8760
    assert refusals(text(shifted, FLAT)) == [("profile_daylight", autumn + 2)]


@pytest.mark.parametrize("zone", ["Z", "+00:00", "+09:00", " UTC"])
def test_labels_of_another_zone_are_named(zone: str) -> None:
    found = refusals(text([label + zone for label in labels()], FLAT))
    assert {code for code, _ in found} == {"profile_zone", "profile_more"}
    assert found[0] == ("profile_zone", 2)


def test_labels_that_begin_at_another_hour_are_named() -> None:
    utc = [*labels(2029)[-8:], *labels()[:-8]]
    assert refusals(text(utc, FLAT)) == [("profile_zone_shifted", 2)]
    ending = [*labels()[1:], "2031-01-01 00:00"]
    assert refusals(text(ending, FLAT)) == [("profile_hour_end", 2)]
    midnight = [*labels()[1:], "2030-12-31 24:00"]
    assert refusals(text(midnight, FLAT)) == [("profile_hour_end", 2)]


def test_labels_of_another_year_are_named() -> None:
    found = refusals(text(labels(2029), FLAT))
    assert ("profile_year", 2) in found


def test_quarter_hours_and_texts_are_no_labels() -> None:
    stamps = labels()
    stamps[3] = "2030-01-01 03:15"
    assert refusals(text(stamps, FLAT)) == [("profile_not_hourly", 5)]
    stamps[3] = "tomorrow"
    assert refusals(text(stamps, FLAT)) == [("profile_label", 5)]
    stamps[3] = "2030-02-30 03:00"
    assert refusals(text(stamps, FLAT)) == [("profile_label", 5)]


def test_values_that_are_none_are_named_all_together() -> None:
    values: list[object] = list(FLAT)
    values[0], values[10], values[20], values[30] = "", -5.0, "NaN", "1e999"
    assert refusals(text(labels(), values)) == [
        ("profile_value_missing", 2), ("profile_negative", 12),
        ("profile_value_missing", 22), ("profile_value_missing", 32),
    ]  # fmt: skip
    values[5] = "about 7"
    stamps = labels()
    del stamps[8000], values[8000]
    assert refusals(text(stamps, values)) == [
        ("profile_rows", None), ("profile_value_missing", 2), ("cell_not_number", 7),
        ("profile_negative", 12), ("profile_value_missing", 22), ("profile_value_missing", 32),
        ("profile_gap", 8001),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SHARE_KINDS))
def test_a_capacity_factor_lies_between_0_and_1(kind: str) -> None:
    values: list[object] = list(daylight())
    values[12], values[36] = 1.2, -0.1
    assert refusals(text(labels(), values, "time,cf"), kind) == [
        ("profile_over_one", 14), ("profile_negative", 38),
    ]  # fmt: skip
    assert refusals(text(labels(), list(daylight()), f"time,{kind}_mw"), kind) == [
        ("profile_share_needed", 1)
    ]
    percent = text(labels(), list(100 * daylight()), "time,factor %")
    assert read_profile(percent, "f", 2030, kind) == pytest.approx(daylight())


def test_pv_at_night_gives_away_another_zone() -> None:
    assert refusals(text(labels(), list(daylight()), "time,cf"), "pv") == []
    shifted = np.roll(daylight(), -8)
    assert refusals(text(labels(), list(shifted), "time,cf"), "pv") == [("profile_sun", None)]
    assert refusals(text(labels(), list(shifted), "time,cf"), "wind") == []


def test_ten_megawatts_that_say_megawatts_are_found_by_the_level() -> None:
    raw = text(labels(), [3000.0] * 8760)
    assert refusals(raw) == []
    assert refusals(raw, annual_gwh=262800.0) == [("profile_factor_ten", None)]
    assert refusals(text(labels(), [300000.0] * 8760), annual_gwh=262800.0) == [("profile_factor_ten", None)]
    assert refusals(text(labels(), [30000.0] * 8760), annual_gwh=300000.0) == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file_empty"),
        (b"\x00\x01\x02", "file_binary"),
        (b"time,load_mw\n", "header_only"),
        (b"stand,load_mw\n1,2\n", "profile_label_column"),
        (b"time,load\n2030-01-01 00:00,2\n", "profile_power_needed"),
        (b"time\n2030-01-01 00:00\n", "profile_value_column"),
        (b'time,load_mw\n"2030-01-01 00:00,1\n', "file_not_csv"),
        (b"time,load_mw\n" + b"2030-01-01 00:00,1\n" * 100_001, "profile_rows"),
    ],
)
def test_texts_that_are_no_profile(raw: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_profile(raw, "f", 2030, "load")
    assert {finding.code for finding in caught.value.findings} == {code}


def test_all_zero_is_no_load() -> None:
    assert refusals(text(labels(), [0.0] * 8760)) == [("profile_all_zero", None)]
