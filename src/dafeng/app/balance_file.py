"""Use cases: an energy balance from a file into another layout, measure or signs, or into a flow table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from dafeng.balance import (
    OwnCoefficient,
    ReadOptions,
    audit_balance,
    compute_balance_flow,
    convert_edition,
    convert_measure,
    lay_out_balance,
    list_differences,
    list_undrawn_cells,
    read_balance,
    turn_signs,
)
from dafeng.errors import Finding, InputRefused
from dafeng.files import read_bytes
from dafeng.parsing import parse_csv
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.sheet_bytes import sheet_bytes, sheet_csv
from dafeng.store.table_bytes import table_as_csv

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dafeng.balance import Balance, ElectricityBasis, ReadBalance, Signs
    from dafeng.balance.model import Measure
    from dafeng.provenance import Step

Layout = Literal["wide", "long"]


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """What to convert, into what.

    Parameters
    ----------
    file, output : Path
        Input; result as ``.xlsx`` or ``.csv``.
    edition : str
        Layout of the result; empty keeps the one of the file.
    measure : {"physical", "coal_equivalent"}, optional
        None keeps it.
    electricity : ElectricityBasis, optional
        How the result counts electricity in standard coal.
    signs : {"yearbook", "input_positive"}
        Sign of transformation in the result.
    layout : {"wide", "long"}
        The official table, or one line a cell.
    coefficients : Path, optional
        CSV of own coefficients (``fuel,coefficient,unit,source``).
    options : ReadOptions
        What is said of the input.
    """

    file: Path
    output: Path
    edition: str = ""
    measure: Measure | None = None
    electricity: ElectricityBasis | None = None
    signs: Signs = "yearbook"
    layout: Layout = "wide"
    coefficients: Path | None = None
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class ConvertAnswer:
    """What was done: what was read, what was made, how.

    ``audit_errors`` counts the errors that an audit of the input finds; only a change to standard coal asks.
    """

    read: ReadBalance
    balance: Balance
    steps: tuple[Step, ...]
    manifest: Path
    audit_errors: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found while reading."""
        return self.read.findings


@dataclass(frozen=True, slots=True)
class FlowAnswer:
    """The flow table, what is not drawn, the statistical differences."""

    flow: pl.DataFrame
    undrawn: pl.DataFrame
    differences: pl.DataFrame
    findings: tuple[Finding, ...]


def run_convert(request: ConvertRequest) -> ConvertAnswer:
    """Read a balance, convert it, write it and, beside it, how it was made.

    Raises
    ------
    InputRefused
        The file cannot be used, a cell has no place or no coefficient, a basis of electricity or
        coefficients were given that the conversion does not use; nothing is written.
    """
    manifest = request.output.with_name(f"{request.output.name}.json")
    refuse_overwriting([request.file, request.coefficients], [request.output, manifest])
    if request.output.suffix.lower() not in {".xlsx", ".csv"}:
        raise InputRefused.of("balance_output_kind", path=request.output)
    read = read_balance(request.file, request.options)
    balance = read.balance
    steps: tuple[Step, ...] = ()
    if request.measure is not None:
        balance, steps = _change_measure(request, balance)
    _refuse_unused(request, read.balance, balance)
    if request.edition and request.edition != balance.edition:
        balance, more = convert_edition(balance, request.edition)
        steps = (*steps, *more)
    content = _content(request, balance)
    write_bytes_atomically(request.output, content)
    write_bytes_atomically(manifest, _describe(request, read, balance, steps))
    errors = _count_errors(read.balance) if request.measure == "coal_equivalent" else 0
    return ConvertAnswer(read, balance, steps, manifest, errors)


def run_flow(file: Path, output: Path, options: ReadOptions) -> FlowAnswer:
    """Read a balance and write its flows as CSV, or as a page with the diagram.

    Raises
    ------
    InputRefused
        The file cannot be used; nothing is written.
    """
    refuse_overwriting([file], [output])
    if output.suffix.lower() not in {".html", ".htm", ".csv"}:
        raise InputRefused.of("flow_output_kind", path=output)
    read = read_balance(file, options)
    cells = read.balance.cells
    flow, undrawn = compute_balance_flow(cells), list_undrawn_cells(cells)
    differences = list_differences(cells)
    if output.suffix.lower() in {".html", ".htm"}:
        from dafeng.report.balance_page import render_balance_flow  # noqa: PLC0415 - jinja2 is slow to import

        content = render_balance_flow(flow, undrawn, differences, source=file.name).encode("utf-8")
    else:
        content = table_as_csv(flow)
    write_bytes_atomically(output, content)
    return FlowAnswer(flow, undrawn, differences, read.findings)


def refuse_overwriting(inputs: list[Path | None], outputs: list[Path]) -> None:
    """Raise if a result would replace what is read.

    Raises
    ------
    InputRefused
        ``output_is_input``.
    """
    written = {path.resolve() for path in outputs}
    for path in inputs:
        if path is not None and path.resolve() in written:
            raise InputRefused.of("output_is_input", path=path)


def _count_errors(balance: Balance) -> int:
    """Return how many errors an audit finds in a balance."""
    return int((audit_balance(balance).table["severity"] == "error").sum())


def _change_measure(request: ConvertRequest, balance: Balance) -> tuple[Balance, tuple[Step, ...]]:
    if request.measure == "physical":
        wanted = None
    else:
        wanted = request.electricity or balance.electricity
        if wanted is None:
            raise InputRefused.of("balance_gce_missing")
    own = None
    if request.coefficients is not None:
        raw = read_bytes(request.coefficients, request.options.max_bytes)
        own = parse_csv(raw, OwnCoefficient, request.coefficients.name, extra="keep").frame
    return convert_measure(balance, wanted, own)


def _refuse_unused(request: ConvertRequest, before: Balance, after: Balance) -> None:
    """Raise if a basis of electricity or coefficients were given and neither table is made by them."""
    unused = [
        option
        for option, idle in (
            (
                "--electricity-basis",
                request.electricity is not None
                and request.electricity not in {before.electricity, after.electricity},
            ),
            ("--coefficients", request.coefficients is not None and before.electricity == after.electricity),
        )
        if idle
    ]
    if unused:
        raise InputRefused(Finding("balance_option_unused", params={"option": name}) for name in unused)


def _content(request: ConvertRequest, balance: Balance) -> bytes:
    if request.layout == "long":
        return table_as_csv(turn_signs(balance.cells, request.signs))
    sheets = lay_out_balance(balance, request.signs)
    if request.output.suffix.lower() != ".csv":
        return sheet_bytes(sheets)
    if len(sheets) != 1:
        raise InputRefused.of("balance_several_tables", count=len(sheets))
    return sheet_csv(sheets[0])


def _describe(request: ConvertRequest, read: ReadBalance, balance: Balance, steps: tuple[Step, ...]) -> bytes:
    said = {
        "input": {"file": read.source.title, "sha256": read.source.sha256},
        "read": {
            "edition": read.edition.code, "measure": read.balance.measure,
            "signs": {
                "transformation": read.signs.transformation, "outflow": read.signs.outflow,
                "stock": read.signs.stock,
            },
        },
        "written": {
            "edition": balance.edition, "measure": balance.measure, "signs": request.signs,
            "layout": request.layout,
            "electricity": asdict(balance.electricity) if balance.electricity else None,
        },
        "steps": [asdict(step) for step in steps],
        "findings": [{"code": f.code, "zh": f.text("zh"), "en": f.text("en")} for f in read.findings],
    }  # fmt: skip
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
