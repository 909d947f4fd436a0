"""The public edition: public tables in both languages, nothing else, whatever stands in the workspace."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app import portal_publish
from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_publish import LIST, publish_site
from dafeng.app.portal_release import reach_of
from dafeng.errors import InputRefused
from dafeng.provenance import hash_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.portal import Portal

CANARY = "金丝雀不应外泄"


@pytest.fixture
def marked(portal: Portal, tmp_path: Path) -> Path:
    """Return a copy of the workspace in which every table that is not public bears a mark in its texts."""
    target = tmp_path / "workspace"
    shutil.copytree(portal.data.root, target)
    reach = reach_of(portal.public)
    for path in (target / "tables").glob("*.parquet"):
        if not reach.sees(path.stem):
            frame = pl.read_parquet(path)
            texts = [name for name in frame.columns if frame.schema[name] == pl.String and "_zh" in name]
            frame.with_columns(pl.lit(CANARY).alias(name) for name in texts).write_parquet(path)
    return target


def test_only_public_tables_are_written_in_both_languages(
    portal: Portal, marked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    request = PortalRequest(marked, "shanxi", portal.request.database_url, tmp_path / "a")
    with open_portal(request) as copy:
        made = publish_site(copy, copy.book_of("lead_office"), out)
        assert {"targets", "method", "rules"} <= set(made.sections)
        assert not {"emissions", "peak", "warnings", "map", "registers"} & set(made.sections)
        whole = copy.data.whole_frame("tracking.values").height
    public = pl.read_csv(out / "tables" / "tracking.values.csv", infer_schema=False)
    assert public.height < whole
    assert "own_accounts" not in (out / "tables" / "tracking.values.csv").read_text("utf-8")
    written = {path.stem for path in (out / "tables").iterdir()}
    assert written == set(made.tables)
    assert "inventory.emissions" not in written
    for path in [one for one in out.rglob("*") if one.is_file()]:
        assert CANARY not in path.read_text("utf-8"), path
    pages = {name: (out / name).read_text("utf-8") for name in ("index.html", "en.html")}
    assert '<html lang="zh-Hans"' in pages["index.html"]
    assert '<html lang="en"' in pages["en.html"]
    for text in pages.values():
        assert not re.search(r'(src="|<link[^>]* href="|url\()\s*["\']?(https?:|//)|href="/', text), (
            "no address"
        )
        for link in re.findall(r'href="(tables/[^"]+|\w+\.html)"', text):
            assert (out / link).is_file()
    listed = json.loads((out / LIST).read_text("utf-8"))["files"]
    assert listed == {name: hash_bytes((out / name).read_bytes()) for name in listed}


@pytest.fixture
def plain_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pages plain: their drawing takes seconds and is looked at above."""
    monkeypatch.setattr(portal_publish, "render_public", lambda *_: "<p>page</p>")


@pytest.mark.usefixtures("plain_pages")
def test_who_may_not_publish_and_what_may_not_be_replaced(portal: Portal, tmp_path: Path) -> None:
    for actor in ("statistician", "public", "city"):
        with pytest.raises(InputRefused) as refused:
            publish_site(portal, portal.book_of(actor), tmp_path / "site")
        assert refused.value.findings[0].code == "access_refused"
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("x")
    with pytest.raises(InputRefused) as refused:
        publish_site(portal, portal.book_of("lead_office"), taken)
    assert refused.value.findings[0].code == "publish_folder_taken"
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
    out = tmp_path / "site"
    publish_site(portal, portal.book_of("lead_office"), out)
    (out / "tables" / "left.csv").write_text("old")
    publish_site(portal, portal.book_of("administrator"), out)
    assert not (out / "tables" / "left.csv").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".site")]


@pytest.mark.usefixtures("plain_pages")
def test_a_leak_writes_nothing(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_publish, "table_as_csv", lambda _frame: b'"inventory.emissions",1\n')
    with pytest.raises(InputRefused) as refused:
        publish_site(portal, portal.book_of("lead_office"), tmp_path / "site")
    assert {finding.code for finding in refused.value.findings} == {"publish_leak"}
    assert not (tmp_path / "site").exists()
