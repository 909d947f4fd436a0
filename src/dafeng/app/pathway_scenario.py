"""Scenarios by name or file, written back as they were resolved; the ground that they stand on."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dafeng.app.accounts_stage import guideline_inventory
from dafeng.app.clock import parse_day, today
from dafeng.app.pathway_engine import LAST_YEAR, lay_foundation
from dafeng.app.stages import RunContext
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.pack import read_pack
from dafeng.pathway.peak import PeakReading
from dafeng.scenario import parse_scenario, resolve_scenario
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dafeng.app.pathway_engine import Foundation
    from dafeng.app.pathway_study import StudyPlan
    from dafeng.errors import Language
    from dafeng.pack import Pack
    from dafeng.scenario import Scenario

SCENARIO_BYTES = 2**20
MAX_DRAWS = 1 << 22
"""Futures of one run; their totals must fit into memory."""
DATED = {
    "pathway_driver_missing": ("driver",), "pathway_driver_year_missing": ("driver", "year"),
    "pathway_history_short": ("factor",), "pathway_power_missing": ("series", "year"),
}  # fmt: skip
"""Messages of figures that may only be unknown on the day, and the parameters that name the figure."""


@dataclass(frozen=True, slots=True)
class GroundRequest:
    """Pack and day that scenarios stand on.

    Parameters
    ----------
    pack : str
        Built-in name or folder.
    as_of : str, optional
        Day whose knowledge counts, 2025-12-31; default today.
    accept_findings : bool
        Compute in spite of implausible values of the accounts.
    """

    pack: str
    as_of: str | None = None
    accept_findings: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A pack that was read, and what its scenarios stand on."""

    pack: Pack
    foundation: Foundation


class _KnownScenarios:
    """Names of the scenarios, and the one that was perhaps meant."""

    def __init__(self, name: str, known: dict[str, Scenario]) -> None:
        self.names = ", ".join(known) or "-"
        self.hint = Suggestion(name, known)

    def text(self, language: Language) -> str:
        """Return them in words."""
        return f"{self.names}{self.hint.text(language)}"


@contextmanager
def collecting(problems: list[Finding]) -> Iterator[None]:
    """Keep what is refused in a block for one message at the end."""
    try:
        yield
    except InputRefused as error:
        problems += error.findings


def lay_ground(request: GroundRequest) -> Ground:
    """Return the pack and its foundation.

    Raises
    ------
    InputRefused
        What is wrong with day, pack and accounts; ``pathway_not_known`` for what the pack holds but what
        was published after the day.
    """
    day = parse_day(request.as_of)
    pack = read_pack(request.pack)
    context = RunContext(pack, day, request.accept_findings)
    lines = guideline_inventory(context).lines

    def lay(on: date) -> Foundation:
        return lay_foundation(pack, on, lines, accept_findings=request.accept_findings)

    try:
        return Ground(pack, lay(day))
    except InputRefused as error:
        if day >= today() or not any(finding.code in DATED for finding in error.findings):
            raise
        open_today: list[Finding] = []
        with collecting(open_today):
            lay(today())
        raise InputRefused(_date_findings(error.findings, open_today, day)) from error


def _date_findings(found: Sequence[Finding], open_today: Sequence[Finding], day: date) -> list[Finding]:
    """Return findings in which a figure that is there today is only not known on the day."""

    def name(finding: Finding) -> str:
        return " ".join(str(finding.params[key]) for key in DATED[finding.code])

    return [
        Finding("pathway_not_known", params={"what": name(finding), "day": day.isoformat()})
        if finding.code in DATED and finding not in open_today
        else finding
        for finding in found
    ]


def find_scenario(pack: Pack, name: str) -> Scenario:
    """Return a scenario, with all that it inherits, by its name in the pack or from a TOML file.

    Parameters
    ----------
    pack : Pack
        Its scenarios may be inherited from.
    name : str
        Name in the pack, or path of a TOML file; the name goes first.

    Raises
    ------
    InputRefused
        ``scenario_unknown`` with the nearest name, defects of the file, ``scenario_circular``, and
        ``scenario_last_year`` for a last year that does not reach beyond the year asked for, or lies behind
        the last year of the engine.
    """
    file = Path(name).name
    if name in pack.scenarios:
        found, file = pack.scenarios[name], f"scenarios/{name}.toml"
    elif name.endswith(".toml") or Path(name).is_file():
        found = _read_scenario(Path(name))
    else:
        known = _KnownScenarios(name, dict(pack.scenarios))
        raise InputRefused.of("scenario_unknown", name=name, known=known)
    resolved = resolve_scenario(found, {**pack.scenarios})
    asked = PeakReading().by_year
    if not asked < resolved.last_year <= LAST_YEAR:
        params = {"year": resolved.last_year, "low": asked + 1, "high": LAST_YEAR}
        raise InputRefused([Finding("scenario_last_year", Place(file), params)])
    return resolved


def check_plan(plan: StudyPlan) -> tuple[Finding, ...]:
    """Return what is wrong with the number of draws and the seed."""
    limits = {"draws": (plan.draws, 1, MAX_DRAWS), "seed": (plan.seed, 0, 2**30)}
    return tuple(
        Finding("setting_invalid", params={"key": f"--{key}", "reason": f"{low} ≤ {value} ≤ {high}"})
        for key, (value, low, high) in limits.items()
        if not low <= value <= high
    )


def scenario_as_toml(scenario: Scenario) -> str:
    """Return a scenario as TOML that reads back as the same scenario.

    Examples
    --------
    >>> from dafeng.scenario import Scenario, parse_scenario
    >>> one = Scenario(id="a", name_zh="甲", name_en="A", first_year=2022, last_year=2060, delay_years=3)
    >>> parse_scenario(scenario_as_toml(one), "a.toml") == one
    True
    """
    values = scenario.model_dump(exclude={"levers", "scope", "prices", "growth"})
    lines = _pairs({key: value for key, value in values.items() if value not in {""}})
    for name in ("scope", "prices", "growth"):
        table = getattr(scenario, name)
        content = table.model_dump() if name == "scope" else table
        if content:
            lines += ["", f"[{name}]", *_pairs(content)]
    for lever in scenario.levers:
        lines += ["", "[[levers]]", *_pairs(lever.model_dump())]
    return "\n".join(lines) + "\n"


def _read_scenario(path: Path) -> Scenario:
    try:
        raw = read_bytes(path, SCENARIO_BYTES)
    except InputRefused as error:
        if error.findings[0].code != "file_too_large":
            raise
        limit = {"limit_kb": SCENARIO_BYTES // 2**10}
        raise InputRefused([Finding("scenario_too_large", Place(path.name), limit)]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused([Finding("toml_invalid", Place(path.name), {"reason": error})]) from error
    return parse_scenario(text, path.name)


def _pairs(values: dict[str, object]) -> list[str]:
    return [f"{_quote(key)} = {_quote_value(value)}" for key, value in values.items()]


def _quote(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _quote_value(key)


def _quote_value(value: object) -> str:
    """Return a text, whole number or float as TOML; its texts are those of JSON but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
