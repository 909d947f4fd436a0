"""The results of a run while somebody removes, damages or replaces them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from dafeng.app.portal_data import PortalData
from dafeng.app.portal_health import check_health
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

    from dafeng.app.portal import Portal
    from dafeng.pack import Pack

TABLE = "plan.targets"
NAME = f"{TABLE}.parquet"


@pytest.fixture
def data(finished_run: Path, shanxi: Pack, tmp_path: Path) -> PortalData:
    """Return the results in a folder of their own, of which only one table is there."""
    (tmp_path / "out" / "tables").mkdir(parents=True)
    shutil.copyfile(finished_run / "manifest.json", tmp_path / "out" / "manifest.json")
    shutil.copyfile(finished_run / "tables" / NAME, tmp_path / "out" / "tables" / NAME)
    return PortalData(tmp_path / "out", shanxi)


def code_of(look: Callable[[], object]) -> str:
    """Return why looking was refused."""
    with pytest.raises(InputRefused) as error:
        look()
    return error.value.findings[0].code


def test_a_list_of_results_that_cannot_be_read_is_told(data: PortalData) -> None:
    manifest = data.root / "manifest.json"
    whole = manifest.read_bytes()
    assert data.edition() is not None
    manifest.write_bytes(whole[: len(whole) // 2])
    assert data.edition() is None
    assert code_of(data.require_edition) == "portal_workspace_damaged"
    manifest.unlink()
    assert code_of(data.require_edition) == "portal_workspace_missing"
    manifest.write_bytes(whole)
    assert data.require_edition().id


def test_a_table_of_another_run_is_never_taken_for_one_of_this(data: PortalData) -> None:
    table = data.root / "tables" / NAME
    whole = table.read_bytes()
    table.write_bytes(whole + b" ")
    assert code_of(lambda: data.whole_frame(TABLE)) == "portal_file_changed"
    table.unlink()
    assert code_of(lambda: data.whole_frame(TABLE)) == "portal_file_changed"
    table.write_bytes(whole)
    assert data.whole_frame(TABLE).height > 0


def test_the_portal_stands_and_tells_of_results_that_are_damaged(
    portal: Portal, client_of: Callable[[str], TestClient], tmp_path: Path
) -> None:
    shutil.copytree(portal.data.root, tmp_path / "out", copy_function=os.link)
    portal.data = PortalData(tmp_path / "out", portal.pack)
    (tmp_path / "out" / "manifest.json").unlink()
    (tmp_path / "out" / "manifest.json").write_text("{", "utf-8")
    assert client_of("lead_office").get("/").status_code == 200
    assert client_of("lead_office").get("/api/v1/tables").status_code == 503
    found = {check.id: check for check in check_health(portal, portal.book_of("administrator"))}["results"]
    assert found.state == "bad"
    assert found.finding is not None
    assert found.finding.code == "portal_workspace_damaged"
