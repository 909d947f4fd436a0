"""Classes, circles, embargoes and regions: who gets which table and which of its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.conftest import PORTAL_MEMBERS

from dafeng.access.releases import Release, find_release, general_releases
from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_release import (
    filter_rows,
    forget_releases,
    reach_of,
    release_of,
    shared_regions,
    table_class,
)
from dafeng.app.register_edit import add_row
from dafeng.app.register_steps import take_step
from dafeng.app.tables import TABLES
from dafeng.errors import InputRefused
from dafeng.store.database import add_member, open_database
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.pack import Pack

REGIONAL = {"region", "subject_id", "city", "county"}


@pytest.fixture(scope="module")
def still(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Return a portal that is only read."""
    folder = tmp_path_factory.mktemp("still")
    url = str(folder / "portal.sqlite")
    with open_database(url) as database:
        for actor, (role, region, _) in PORTAL_MEMBERS.items():
            line = {"actor": actor, "role": role, "region": region, "agency": None,
                    "valid_from": "2020-01-01", "granted_by": "test",
                    "granted_at": "2020-01-01T00:00:00+08:00"}  # fmt: skip
            add_member(database, line)
    with open_portal(PortalRequest(finished_run, "shanxi", url, folder / "attachments")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget_releases()
    yield
    forget_releases()


def file_release(portal: Portal, table: str, kind: str, **further: Any) -> str:
    row = {
        "object": table, "decided_on": "2026-11-01", "release_class": kind, "authority": "statistics",
        "document_no": "1号", "source": "sx_peak_plan", "grade": "A", **further,
    }  # fmt: skip
    made = add_row(portal.book_of("statistician"), "data_releases", row)
    return made.row_ids[0]


def approve(portal: Portal, row_id: str) -> None:
    take_step(portal.book_of("reviewer"), "data_releases", row_id, "review")
    take_step(portal.book_of("approver"), "data_releases", row_id, "release")
    forget_releases()


def test_every_table_of_a_run_has_a_class_of_its_own() -> None:
    unlisted = [name for name in TABLES if find_release(name, general_releases()).pattern == "*"]
    assert unlisted == []


def test_every_table_with_regions_says_by_which_column(shanxi: Pack) -> None:
    for name, (contract, *_) in TABLES.items():
        release = find_release(name, general_releases())
        columns = {spec.name for spec in columns_of(contract)}
        assert {release.region_by, release.own_by} - {""} <= columns, name
        if columns & {"subject_id", "city", "county"} and release.kind != "public":
            assert release.region_by or release.kind == "sensitive", name
    assert table_class(shanxi, "register.measure_rows") == "sensitive"
    assert table_class(shanxi, "not.there") == "sensitive"
    assert table_class(shanxi, "plan.targets") == "public"


def test_no_table_of_this_run_holds_rows_of_cities_without_saying_so(still: Portal) -> None:
    cities = set(still.pack.tables["regions"].filter(pl.col("level") != "country")["code"])
    cities -= shared_regions(still.pack)
    for name in still.data.require_edition().table_ids():
        release = find_release(name, general_releases())
        frame = still.data.whole_frame(name)
        for column in (spec for spec in frame.columns if spec in REGIONAL):
            if cities & set(frame[column].drop_nulls()) and release.kind != "public":
                assert release.region_by == column, (name, column)


@pytest.mark.parametrize(
    ("actor", "table", "sees"),
    [
        ("public", "plan.targets", True), ("public", "inventory.emissions", False),
        ("public", "register.alerts", False), ("enterprise", "inventory.emissions", False),
        ("bank", "cities.dossiers", False), ("verifier", "tracking.warnings", False),
        ("agency", "inventory.emissions", True), ("agency", "register.alerts", False),
        ("statistician", "register.alerts", True), ("auditor", "register.alerts", True),
        ("city", "inventory.emissions", True), ("city", "register.measure_rows", False),
        ("city", "cities.allocation_check", False), ("agency", "cities.allocation_check", True),
        ("reader", "cities.allocation_check", False),
    ],
)  # fmt: skip
def test_a_class_opens_to_its_readers(still: Portal, actor: str, table: str, sees: bool) -> None:
    assert reach_of(still.book_of(actor)).sees(table) is sees
    visible = still.data.visible_tables(still.book_of(actor))
    assert (table in visible) is sees
    if not sees:
        with pytest.raises(InputRefused) as refused:
            still.data.frame(still.book_of(actor), table)
        with pytest.raises(InputRefused) as missing:
            still.data.frame(still.book_of(actor), "no.such")
        assert refused.value.findings[0].code == missing.value.findings[0].code == "portal_table_unknown"


def test_a_city_gets_its_rows_and_those_of_the_province(still: Portal) -> None:
    whole = still.data.whole_frame("cities.dossiers")
    for actor, city in (("city", "140200"), ("city2", "140300")):
        own = still.data.frame(still.book_of(actor), "cities.dossiers")
        assert 0 < own.height < whole.height
        assert set(own["region"]) == {city}
    subjects = still.data.frame(still.book_of("city"), "evaluation.results")["subject_id"]
    assert set(subjects) == {"140200"}
    emissions = still.data.frame(still.book_of("city"), "inventory.emissions")
    assert emissions.height == still.data.whole_frame("inventory.emissions").height


def test_rows_without_or_of_unknown_region_stay_with_the_province(still: Portal) -> None:
    codes = [None, "140200", "140213", "140300", "CN", "140000", "somebody"]
    frame = pl.DataFrame({"region": codes})
    for actor, seen in (("city", {"140200", "140213", "CN", "140000"}), ("agency", set(codes))):
        book = still.book_of(actor)
        found = filter_rows(frame, "cities.dossiers", reach_of(book), book.pack, book.regions)
        assert set(found["region"]) == seen


def test_targets_of_other_cities_are_not_in_the_warnings(still: Portal) -> None:
    regions = dict(still.pack.tables["targets"].select("target_id", "region").iter_rows())
    seen = {
        regions[name] for name in still.data.frame(still.book_of("city"), "tracking.warnings")["target_id"]
    }
    assert seen <= {"140200", *shared_regions(still.pack)}
    assert seen < set(regions.values())


def test_own_estimates_are_internal_in_a_public_table(still: Portal) -> None:
    public = still.data.frame(still.book_of("public"), "tracking.values")
    whole = still.data.whole_frame("tracking.values")
    own = whole.filter(pl.col("source_ids").str.contains("own_accounts"))
    assert own.height > 0
    assert public.height == whole.height - own.height
    assert still.data.frame(still.book_of("reader"), "tracking.values").height == whole.height
    assert not reach_of(still.book_of("public")).sees_whole("tracking.values")


def test_a_release_needs_two_more_persons_and_then_opens_the_table(portal: Portal) -> None:
    row_id = file_release(portal, "inventory.emissions", "public")
    with pytest.raises(InputRefused):
        take_step(portal.book_of("statistician"), "data_releases", row_id, "review")
    assert not reach_of(portal.book_of("public")).sees("inventory.emissions")
    approve(portal, row_id)
    assert reach_of(portal.book_of("public")).sees("inventory.emissions")
    assert release_of(portal.public, "inventory.emissions").origin == "register"
    later = file_release(portal, "inventory.*", "sensitive", decided_on="2026-11-02")
    approve(portal, later)
    assert reach_of(portal.book_of("public")).sees("inventory.emissions"), (
        "the whole name goes before a pattern"
    )
    assert not reach_of(portal.book_of("public")).sees("inventory.energy")
    approve(portal, file_release(portal, "inventory.emissions", "internal", decided_on="2026-11-03"))
    assert not reach_of(portal.book_of("public")).sees("inventory.emissions")


def test_an_embargo_closes_the_table_until_its_day(portal: Portal) -> None:
    approve(portal, file_release(portal, "inventory.emissions", "public", opens_on="2026-12-25"))

    def on(actor: str, day: date) -> Book:
        return replace(portal.book_of(actor), today=day)

    before, after = date(2026, 12, 24), date(2026, 12, 25)
    for actor, early in (("public", False), ("agency", False), ("administrator", False), ("auditor", False),
                         ("city", False), ("statistician", True), ("lead_office", True)):  # fmt: skip
        assert reach_of(on(actor, before)).sees("inventory.emissions") is early, actor
        assert reach_of(on(actor, after)).sees("inventory.emissions"), actor
    approve(portal, file_release(
        portal, "inventory.flow", "public", opens_on="2026-12-25", before="unchanged"))  # fmt: skip
    assert reach_of(on("agency", before)).sees("inventory.flow")
    assert not reach_of(on("public", before)).sees("inventory.flow")
    assert reach_of(on("public", after)).sees("inventory.flow")


def test_a_circle_shuts_out_other_roles(portal: Portal) -> None:
    approve(portal, file_release(portal, "tracking.warnings", "internal", circle="agency;reviewer"))
    seen = [name for name in ("agency", "reviewer", "reader", "lead_office", "city", "public")
            if reach_of(portal.book_of(name)).sees("tracking.warnings")]  # fmt: skip
    assert seen == ["agency", "reviewer"]


def test_contexts_of_pages_hold_what_may_be_seen(still: Portal) -> None:
    context = still.data.context(still.book_of("public"))
    assert context.has("plan.targets")
    assert not context.has("inventory.emissions")
    assert set(context.tables) <= set(still.data.visible_tables(still.book_of("public")))
    assert len(context.steps) < len(still.data.context(still.book_of("auditor")).steps)


def test_a_pack_says_what_differs(still: Portal) -> None:
    rule = Release("plan.open_questions", "internal", origin="pack")
    releases = reach_of(still.book_of("public")).releases
    changed = replace(releases, rules=(*releases.rules, rule))
    assert changed.of("plan.open_questions").kind == "internal"
    assert changed.of("plan.targets").kind == "public"
    assert changed != releases
