"""The catalogue, the lineage of tables and rows, and the check of data as visitors see them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pytest
from openpyxl import load_workbook

from dafeng.app.portal_catalogue import list_cards, read_lineage, trace_row
from dafeng.app.tables import TABLES
from dafeng.errors import InputRefused
from dafeng.web.drawing import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from dafeng.app.portal import Portal


def test_every_part_of_the_tables_has_a_name() -> None:
    assert {f"web.data.room.{name.partition('.')[0]}" for name in TABLES} <= set(words())


def test_pages_show_what_the_visitor_may_see(client_of: Callable[[str], TestClient]) -> None:
    public, city = client_of("public"), client_of("city")
    found = public.get("/data").text
    assert "plan.targets" in found
    assert "inventory.emissions" not in found
    assert "inventory.emissions" in city.get("/data").text
    assert "cities.allocation_check" not in city.get("/data").text
    for client, path in ((city, "/data/cities.allocation_check"), (city, "/data/no.such")):
        answer = client.get(path)
        assert answer.status_code == 404
    page = city.get("/data/cities.dossiers").text
    assert "140200" in page
    assert "140300" not in page
    assert "140100" not in page
    assert city.get("/data?q=co2&kind=public").status_code == 200
    for odd in ("/data/plan.targets?page=99999999999", "/data/plan.targets?page=-1"):
        assert city.get(odd).status_code == 200
    for odd in ("/data/plan.targets/rows/0", "/data/plan.targets/rows/x", "/data/plan.targets/rows/999999"):
        assert city.get(odd).status_code in {404, 422}
    assert "http://" not in city.get("/data/tracking.verdicts").text.replace("http://www.w3.org", "")[:2000]


def test_a_table_tells_columns_units_and_where_it_comes_from(portal: Portal) -> None:
    lineage = read_lineage(portal, portal.book_of("statistician"), "tracking.verdicts")
    direct = {name for name, _, _, is_direct in lineage.tables if is_direct}
    assert {"inventory.emissions", "assessment.accounts", "register.figures"} <= direct
    files = {one.name: one for one in lineage.files}
    assert files["observations.csv"].direct
    assert not files["energy.csv"].direct, "behind the emissions"
    assert files["observations.csv"].rows == portal.pack.tables["observations"].height
    assert files["observations.csv"].sha256 == portal.pack.hashes["observations.csv"]
    assert {one["source_id"] for one in lineage.sources} >= set(
        portal.pack.tables["observations"]["source_id"]
    )
    assert lineage.hidden == 0
    assert lineage.steps
    public = read_lineage(portal, portal.book_of("public"), "tracking.verdicts")
    assert public.hidden > 0
    assert "inventory.emissions" not in {name for name, *_ in public.tables}
    cards = {card.id: card for card in list_cards(portal, portal.book_of("public"))}
    assert cards["tracking.verdicts"].rows < lineage.card.rows, "own estimates are left out"
    with pytest.raises(InputRefused):
        read_lineage(portal, portal.book_of("public"), "inventory.emissions")


def test_a_row_leads_to_its_sources_and_inputs(portal: Portal) -> None:
    book = portal.book_of("statistician")
    values = portal.data.frame(book, "tracking.observations")
    origin = trace_row(portal, book, "tracking.observations", 3)
    assert [one["source_id"] for one in origin.sources] == [values["source_id"][3]]
    assert origin.sources[0]["title_zh"]
    emissions = portal.data.frame(book, "inventory.emissions")
    rows = emissions.with_row_index().filter((pl.col("sector") != "total") & pl.col("fuel").is_not_null())
    number, year, sector, fuel = rows.select("index", "year", "sector", "fuel").row(5)
    matched = {name: (count, keys, cited) for name, count, keys, cited in
               trace_row(portal, book, "inventory.emissions", number).matched}  # fmt: skip
    count, keys, cited = matched["energy.csv"]
    energy = portal.pack.tables["energy"].filter(
        (pl.col("year") == year) & (pl.col("sector") == sector) & (pl.col("fuel") == fuel)
    )
    assert count == energy.height > 0
    assert {"year", "sector", "fuel"} <= set(keys)
    assert {one["source_id"] for one in cited} == set(energy["source_id"])


def test_a_check_of_data_keeps_nothing_unless_asked(
    client_of: Callable[[str], TestClient], portal: Portal
) -> None:
    client = client_of("statistician")
    energy = portal.pack.tables["energy"].filter(pl.col("year") == 2022)
    raw = energy.write_csv().encode()

    def send(name: str, content: bytes, **fields: str) -> tuple[int, str]:
        fields = {"kind": "energy", "csrf": "", **fields}
        answer = client.post("/data-import/check", data=fields, files={"file": (name, content)})
        return answer.status_code, answer.text

    status, page = send("energy.csv", raw, accept="1")
    assert status == 200
    whole = portal.data.whole_frame("inventory.emissions").filter(
        (pl.col("year") == 2022) & (pl.col("sector") == "total")
        & (pl.col("variable") == "co2_fuel_combustion")
    )  # fmt: skip
    assert whole.height > 5
    assert f"{whole['value'].sum():,.2f}" in page
    folder = portal.request.attachments / "imports"  # type: ignore[operator]
    assert not folder.exists()
    assert send("energy.csv", raw, accept="1", keep="1")[0] == 200
    assert len(list(folder.iterdir())) == 1
    assert "energy.csv" in client.get("/data-import").text
    kept = next(folder.iterdir()).name
    assert client.get(f"/data-import/kept/{kept}").content == raw
    assert client.get(f"/data-import/kept/{'0' * 64}").status_code == 404
    status, page = send("机密.csv", raw)
    assert status == 422
    assert "密级" in page
    assert send("energy.csv", b"a,b\n1,2\n")[0] == 422
    assert send("x.exe", b"MZ")[0] == 422
    for other in ("city", "public", "auditor"):
        answer = client_of(other).post(
            "/data-import/check", data={"kind": "energy"}, files={"file": ("a.csv", raw)}
        )
        assert answer.status_code in {303, 403, 404}


def test_an_audit_of_a_balance_goes_back_as_a_workbook(
    client_of: Callable[[str], TestClient], portal: Portal
) -> None:
    raw = portal.pack.tables["balances"].write_csv().encode()
    client = client_of("statistician")
    fields = {"kind": "balance", "give": "xlsx", "csrf": ""}
    answer = client.post("/data-import/check", data=fields, files={"file": ("平衡表.csv", raw)})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content), read_only=True)
    assert "规则" in book.sheetnames
    page = client.post(
        "/data-import/check", data={"kind": "balance", "csrf": ""}, files={"file": ("b.csv", raw)}
    )
    assert "identity" in page.text or "未发现问题" in page.text
