"""The page of the flash estimate in a real browser: one sheet of A4 in both languages, no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.flash_file import FlashRequest, make_flash, write_flash

if TYPE_CHECKING:
    from pathlib import Path

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--virtual-time-budget=4000",
)  # fmt: skip
ITEMS = {
    "electricity_use": "亿千瓦时", "generation": "亿千瓦时", "thermal_generation": "亿千瓦时",
    "electricity_sent_out": "亿千瓦时", "raw_coal": "万吨", "coke": "万吨", "pig_iron": "万吨",
    "crude_steel": "万吨", "cement": "万吨", "ten_nonferrous": "万吨", "alumina": "万吨",
    "natural_gas_use": "亿立方米", "refined_oil_use": "万吨", "wind_added": "万千瓦", "solar_added": "万千瓦",
}  # fmt: skip
SECTORS = {
    "power_heat": "Raw_Coal", "ferrous_smelting": "Coke", "petroleum_coking": "Coke_Oven_Gas",
    "coal_mining": "Raw_Coal", "nonmetal_products": "Raw_Coal", "nonferrous_smelting": "Raw_Coal",
    "chemicals": "Raw_Coal", "residential_rural": "Raw_Coal", "transport": "Diesel_Oil",
    "other_services": "Natural_Gas",
}  # fmt: skip
pytestmark = pytest.mark.web


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the fullest page there is: all items, all groups, twelve past issues, energy, a draft."""
    if BROWSER is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("no browser")
        pytest.skip("no chromium on this machine")
    folder = tmp_path_factory.mktemp("flash")
    figures = ["region,period,item,unit,value,known_on,source"]
    inventory = ["region,year,variable,sector,fuel,unit,value,source,quality"]
    energy = ["region,year,variable,sector,fuel,unit,value"]
    for year in range(2010, 2025):
        scale = 1 + 0.03 * (year - 2010)
        for month in range(2, 13):
            for item, unit in ITEMS.items():
                source = f"省统计局月度统计资料 {item}"
                known = f"{year + month // 12}-{month % 12 + 1:02d}-18"
                row = f"{year}-{month:02d} ytd,{item},{unit},{1234.5 * scale * month}"
                figures.append(f"CN-NM,{row},{known},{source}")
        for sector, fuel in SECTORS.items():
            inventory.append(f"CN-NM,{year},co2_fuel_combustion,{sector},{fuel},Mt CO2,{60 * scale},made,B")
            unit = "10^8 m3" if "Gas" in fuel else "10^4 t"
            energy.append(f"CN-NM,{year},final_consumption,{sector},{fuel},{unit},{900 * scale}")
        inventory.append(f"CN-NM,{year},co2_process,total,,Mt CO2,{9.5 * scale},made,B")
        energy.append(f"CN-NM,{year},final_consumption,transport,Other_Gas,10^8 m3,1")
    for name, lines in (("figures", figures), ("inventory", inventory), ("energy", energy)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    request = FlashRequest(
        folder / "figures.csv", folder / "inventory.csv", date(2024, 12, 20), energy=folder / "energy.csv",
        month="2024-11", draft=True,
    )  # fmt: skip
    path = folder / "page.html"
    write_flash(make_flash(request), request, "html", path)
    return path


def browse(page: Path, *words: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={page.parent / 'profile'}", *words]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=120)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_prints_on_one_sheet(page: Path, language: str) -> None:
    pdf = page.parent / f"{language}.pdf"
    browse(page, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", f"{page.as_uri()}?lang={language}")
    raw = pdf.read_bytes()
    assert [int(count) for count in re.findall(rb"/Count (\d+)", raw)] == [1]
    width, height = (float(v) for v in re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", raw)[0])
    assert (round(width), round(height)) == (595, 842)  # A4 in points


def test_it_speaks_both_languages_and_loads_nothing(page: Path) -> None:
    zh = browse(page, "--dump-dom", page.as_uri()).stdout
    en = browse(page, "--dump-dom", f"{page.as_uri()}?lang=en").stdout
    assert '<html lang="zh-Hans"' in zh
    assert '<html lang="en"' in en
    assert re.search("<title>[^<]*快报", zh)
    assert re.search("<title>Flash estimate", en)
    text = page.read_text("utf-8")
    assert "default-src 'none'" in text.replace("&#39;", "'")
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", text)
    assert 'id="language"' in zh
    assert not re.search(r'id="language"[^>]* hidden', zh)  # the script ran: its hash fits the policy
