"""National vocabularies: complete, unambiguous, and neighbours never taken for one another."""

from __future__ import annotations

import pytest

from dafeng import terms
from dafeng.errors import InputRefused

# GB/T 2260 codes and ISO 3166-2:CN (letters since 2017) of the provinces that are mixed up most
TWINS = {
    "CN-SX": ("山西", "山西省", "Shanxi", "shanxi", "SHANXI", "140000", "CN-SX", "cn-sx"),
    "CN-SN": ("陕西", "陕西省", "Shaanxi", "shaanxi", "SHAANXI", "610000", "CN-SN", "cn-sn"),
    "CN-HE": ("河北", "Hebei", "130000"),
    "CN-HB": ("湖北", "Hubei", "420000"),
    "CN-HA": ("河南", "Henan", "410000"),
    "CN-HN": ("湖南", "Hunan", "430000"),
    "CN-HI": ("海南", "Hainan", "460000"),
    "CN-JX": ("江西", "Jiangxi", "360000"),
    "CN-GX": ("广西", "Guangxi", "450000"),
    "CN-JS": ("江苏", "Jiangsu", "320000"),
    "CN-GZ": ("贵州", "Guizhou", "520000"),
    "CN-GS": ("甘肃", "Gansu", "620000"),
    "CN-NM": ("内蒙古", "内蒙古自治区", "Inner Mongolia", "150000"),
}
# GB/T 2260: two digits of every provincial division of the mainland
GB_T_2260 = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"


@pytest.mark.parametrize(
    ("code", "spelling"), [(code, text) for code, texts in TWINS.items() for text in texts]
)
def test_each_spelling_names_its_own_province(code: str, spelling: str) -> None:
    assert terms.resolve("provinces", spelling) == code
    assert terms.resolve("provinces", f" {spelling} ") == code


@pytest.mark.parametrize(
    "text",
    ["", "西", "山", "Shan xi", "Shangxi", "Shanx", "14", "140100", "CN-14", "SX", "晋", "山西 省", "陝西"],
)
def test_what_is_merely_similar_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        terms.resolve("provinces", text)
    assert (caught.value.findings[0].code, caught.value.findings[0].params["name"]) == ("term_unknown", text)


def test_there_are_31_provinces_with_their_codes() -> None:
    provinces = terms.entries("provinces")
    assert len(provinces) == 31
    assert {row["gb_code"] for row in provinces.values()} == {f"{code}0000" for code in GB_T_2260.split()}
    for field in ("zh", "full_zh", "en", "gb_code"):
        assert len({row[field] for row in provinces.values()}) == 31
    for code, row in provinces.items():
        assert code.startswith("CN-")
        assert row["full_zh"].startswith(row["zh"])


def test_every_vocabulary_has_codes_with_both_names() -> None:
    for vocabulary in terms.vocabularies():
        found = terms.entries(vocabulary)
        assert found
        assert terms.codes(vocabulary) == set(found)
        for code, row in found.items():
            assert row["zh"].strip(), (vocabulary, code)
            assert row["en"].strip(), (vocabulary, code)
            assert terms.name(vocabulary, code, "zh") == row["zh"]


def test_no_code_stands_twice() -> None:
    for vocabulary in terms.VOCABULARY_FILES:
        assert len(terms.rows(vocabulary)) == len(terms.entries(vocabulary)), vocabulary
    labels = [(row["vocabulary"], row["code"]) for row in terms.rows("labels")]
    assert len(labels) == len(set(labels))


def test_a_code_always_means_itself() -> None:
    for vocabulary in terms.vocabularies():
        for code in terms.codes(vocabulary):
            assert terms.resolve(vocabulary, code) == code


def test_a_name_shared_by_two_codes_names_neither() -> None:
    for vocabulary in terms.vocabularies():
        shared: dict[str, set[str]] = {}
        for code, row in terms.entries(vocabulary).items():
            for language in ("zh", "en"):
                shared.setdefault(row[language].lower(), set()).add(code)
        for spelling, codes in shared.items():
            if len(codes) > 1:
                assert terms.aliases(vocabulary).get(spelling) in {None, spelling}, (vocabulary, spelling)
            else:
                assert terms.resolve(vocabulary, spelling) in codes | {spelling}


def test_sectors_and_their_crosswalk() -> None:
    sectors = terms.entries("sectors")
    assert len(sectors) == 47
    assert sorted(int(row["row"]) for row in sectors.values()) == list(range(1, 48))
    for code, row in sectors.items():
        for field in ("group", "ipcc_2006", "ceads_emission_name", "ceads_energy_name"):
            assert row[field], (code, field)
    # households are no industry, so the national classification has no division for them
    outside = {code for code, row in sectors.items() if not row["gbt4754_2017"]}
    assert outside == {code for code, row in sectors.items() if row["group"] == "households"}
    assert {row["group"] for row in sectors.values()} == terms.codes("sector_groups")
    # names of the two CEADs tables lead to the same code
    for code, row in sectors.items():
        assert terms.resolve("sectors", row["ceads_emission_name"]) == code
        assert terms.resolve("sectors", row["ceads_energy_name"]) == code


@pytest.mark.parametrize(
    ("sector", "industry"),
    [("coal_mining", "06"), ("petroleum_coking", "25"), ("chemicals", "26"), ("nonmetal_products", "30"),
     ("ferrous_smelting", "31"), ("nonferrous_smelting", "32"), ("power_heat", "44"), ("agriculture", "A"),
     ("pharmaceutical", "27"), ("textile", "17"), ("transport", "G"), ("construction", "E")],
)  # fmt: skip
def test_crosswalk_to_the_national_classification(sector: str, industry: str) -> None:
    # GB/T 4754-2017, divisions
    assert terms.entries("sectors")[sector]["gbt4754_2017"] == industry


def test_fuels() -> None:
    fuels = terms.entries("fuels")
    assert len(fuels) == 30  # the columns of the later yearbooks without the two totals
    assert {row["total"] for row in fuels.values()} == {"", *terms.codes("fuel_totals")}
    assert {row["group"] for row in fuels.values()} <= terms.codes("fuel_groups")
    assert {row["fossil"] for row in fuels.values()} == {"true", "false"}
    assert {code for code, row in fuels.items() if row["fossil"] == "false"} == {
        "Heat",
        "Electricity",
        "Other_Energy",
    }
    assert {row["fuel"] for row in terms.rows("calorific")} <= set(fuels)
    factors = terms.rows("ceads_factors")
    assert {row["fuel"] for row in factors} <= set(fuels)
    assert {row["sector"] for row in factors} <= terms.codes("sectors")


@pytest.mark.parametrize(
    ("fuel", "kilojoules", "per"),
    # GB/T 2589-2008 and China Energy Statistical Yearbook 2008, appendix 4: kJ/kg, gas kJ/m3
    [("Raw_Coal", 20908, 1e-2), ("Cleaned_Coal", 26344, 1e-2), ("Coke", 28435, 1e-2),
     ("Crude_Oil", 41816, 1e-2),
     ("Gasoline", 43070, 1e-2), ("Kerosene", 43070, 1e-2), ("Diesel_Oil", 42652, 1e-2),
     ("Fuel_Oil", 41816, 1e-2),
     ("LPG", 50179, 1e-2), ("Natural_Gas", 38931, 1e-1), ("Electricity", 3600, 1e-1)],
)  # fmt: skip
def test_calorific_values_are_the_printed_ones(fuel: str, kilojoules: float, per: float) -> None:
    row = next(row for row in terms.rows("calorific") if row["fuel"] == fuel)
    # 10^4 t x kJ/kg = 10^-2 TJ, 10^8 m3 x kJ/m3 = 10^-1 TJ; the table keeps two decimals
    assert float(row["tj_per_activity_unit"]) == pytest.approx(kilojoules * per, abs=0.006)


def test_an_unknown_vocabulary_is_our_defect() -> None:
    with pytest.raises(KeyError):
        terms.entries("no_such_vocabulary")
