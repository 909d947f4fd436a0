"""What speaks against the rows of an import: definition, duplicates, rights, values held elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_restricted import find_restricted, reach_rows, see_restricted
from dafeng.app.register_rows import read_linked
from dafeng.app.register_write import set_scopes
from dafeng.errors import Finding
from dafeng.register.duplicates import find_duplicates
from dafeng.register.import_plan import ImportPlan, rows_with_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.register_book import Book
    from dafeng.register.intake import Intake
    from dafeng.register.model import Register


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan with what was found.

    Parameters
    ----------
    plan : ImportPlan
        Rows as they would be.
    findings : tuple of Finding
        Of the whole file, then by row.
    bad : polars.Series
        Rows with an error.
    existing : polars.DataFrame
        Rows that stand.
    linked : mapping of str to polars.DataFrame
        Rows of other registers to which they point.
    """

    plan: ImportPlan
    findings: tuple[Finding, ...]
    bad: pl.Series
    existing: pl.DataFrame
    linked: Mapping[str, pl.DataFrame]


def fill_hidden(book: Book, register: Register, intake: Intake, existing: pl.DataFrame) -> Intake:
    """Return the rows with what stands in restricted cells that the actor could not see."""
    if "row_id" not in intake.frame.columns or existing.is_empty():
        return intake
    names = [name for name in find_restricted(book.library, register) if name in intake.frame.columns]
    if not names:
        return intake
    hidden = existing.filter(~see_restricted(book, register, existing)).select(
        "row_id", *(pl.col(name).alias(f"_{name}") for name in names)
    )
    joined = intake.frame.join(hidden, on="row_id", how="left", maintain_order="left")
    filled = joined.with_columns(pl.coalesce(name, f"_{name}").alias(name) for name in names)
    return replace(intake, frame=filled.drop(f"_{name}" for name in names))


def check_plan(
    book: Book, register: Register, intake: Intake, plan: ImportPlan, existing: pl.DataFrame,
    sent: pl.DataFrame,
) -> CheckedPlan:  # fmt: skip
    """Return everything that is found in the rows that would be written.

    Of a row that stands and that the actor may not see, only that it is out of reach is told, whatever the
    file says of it; else a file could ask for values one after the other. ``sent`` are the rows of the file
    before :func:`fill_hidden`.
    """
    from dafeng.register.validate import validate_rows  # noqa: PLC0415 (geometry)

    linked = read_linked(book, register, plan.rows)
    rights, unseen = _check_rights(book, register, plan, existing, linked, sent)
    told_of = {(plan.places.sheet_of(i), plan.places.place(i).row) for i in unseen.arg_true()}
    plan = _conceal(register, plan, unseen)
    parentless = intake.rows.is_null() & (plan.rows["_kind"] == "insert")  # told by the plan, and no row
    touched = plan.filter((plan.rows["_kind"] != "same") & ~unseen & ~parentless)
    frame = touched.rows.drop("_kind", "_differs")
    found = [*intake.findings, *(f for f in plan.findings if (f.place.sheet, f.place.row) not in told_of)]
    told = {(f.place.sheet, f.place.row, f.place.column) for f in found if f.severity == "error"}
    checked = validate_rows(register, book.library, frame, linked, touched.places, book.today)
    found += [
        finding for finding in checked
        if (finding.place.sheet, finding.place.row, finding.place.column) not in told
        and not (finding.code == "cell_empty" and finding.place.column == "source")
    ]  # fmt: skip
    visible = existing.filter(reach_rows(book, "see", register, existing))  # messages name no others
    found += find_duplicates(register, frame, visible, touched.places)
    found += rights
    found += _check_held(book, register, intake, plan, linked)
    bad = rows_with_errors(plan.places, found)
    order = sorted(
        found,
        key=lambda f: (
            f.place.row is not None,
            f.place.sheet != intake.sheet,
            f.place.sheet,
            f.place.row or 0,
        ),
    )
    return CheckedPlan(plan, tuple(order), bad, existing, linked)


def _conceal(register: Register, plan: ImportPlan, unseen: pl.Series) -> ImportPlan:
    """Return a plan without what stands in rows that the actor may not see; they are refused anyway."""
    if not unseen.any():
        return plan
    kept = {*register.key, "row_id", "_kind"}
    rows = plan.rows.with_columns(
        pl.when(~unseen).then(pl.col(name)).alias(name) for name in plan.rows.columns if name not in kept
    )
    return replace(plan, rows=rows.with_columns(pl.when(~unseen).then("_kind").otherwise(pl.lit("same"))))


def _check_rights(
    book: Book, register: Register, plan: ImportPlan, existing: pl.DataFrame,
    linked: Mapping[str, pl.DataFrame], sent: pl.DataFrame,
) -> tuple[list[Finding], pl.Series]:  # fmt: skip
    """Return rows out of the actor's reach, before or after, and restricted values that he may not see.

    Rows that stay as they are count too: that a value is the one that stands tells it. The second is in which
    rows something stands that the actor may not see.
    """
    if plan.rows.is_empty():
        return [], pl.Series([], dtype=pl.Boolean)
    old = plan.rows.select("row_id").join(existing, on="row_id", how="left", maintain_order="left")
    is_new = plan.rows["_kind"] == "insert"
    made_by = pl.select(pl.when(is_new).then(pl.lit(book.actor)).otherwise(old["created_by"])).to_series()
    wanted = set_scopes(book, register, plan.rows, linked).with_columns(made_by.alias("created_by"))

    def reach(action: str, rows: pl.DataFrame) -> pl.Series:
        return reach_rows(book, action, register, rows)

    allowed = reach("import", wanted) & (is_new | reach("import", old))
    unseen = ~is_new & ~reach("see", old)
    found = [Finding("row_out_of_reach", plan.places.place(i)) for i in (~allowed).arg_true()]
    for name, needed in find_restricted(book.library, register).items():
        if name not in plan.rows.columns or not needed <= {register.id}:
            continue
        given = sent[name].is_not_null() if name in sent.columns else is_new & plan.rows[name].is_not_null()
        changes = plan.rows["_differs"].list.contains(name) | given
        hidden = (
            allowed & changes & ~(reach("see_restricted", wanted) & (is_new | reach("see_restricted", old)))
        )
        found += [Finding("row_restricted", plan.places.place(i, name)) for i in hidden.arg_true()]
    return found, unseen


def _check_held(
    book: Book, register: Register, intake: Intake, plan: ImportPlan, linked: Mapping[str, pl.DataFrame]
) -> list[Finding]:
    """Return a warning where a file shows another value than the one that is held elsewhere."""
    held = [f for f in register.fields if f.held_in and f.id in intake.shown.columns]
    if not held or plan.rows.is_empty() or plan.places.rows is None:
        return []
    from dafeng.register.compute import compute_volatile  # noqa: PLC0415 (units)

    whole = compute_volatile(register, book.library, plan.rows.drop("_kind", "_differs"), linked, book.today)
    found = []
    for item in held:
        sent, known = intake.shown[item.id].cast(pl.String), whole[item.id].cast(pl.String)
        for index in (
            (sent.is_not_null() & known.is_not_null() & (sent != known)).fill_null(value=False).arg_true()
        ):
            params = {"value": sent[index], "held": known[index]}
            found.append(Finding("row_shown_differs", plan.places.place(index, item.id), params, "warning"))
    return found
