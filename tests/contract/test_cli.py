"""Every command and option of the command line is described in Chinese and in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from dafeng.cli.commands import app

if TYPE_CHECKING:
    from collections.abc import Iterator

CHINESE = re.compile(r"[一-鿿]")
LATIN = re.compile(r"[A-Za-z]{3}")
RUNNER = CliRunner()


def commands_of(
    group: typer.core.TyperGroup, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from commands_of(command, (*path, name))
        else:
            yield (*path, name), command


GROUP = typer.main.get_command(app)
assert isinstance(GROUP, typer.core.TyperGroup)
COMMANDS = dict(commands_of(GROUP))
LEAVES = [path for path, command in COMMANDS.items() if not isinstance(command, typer.core.TyperGroup)]


def test_the_promised_commands_are_there() -> None:
    assert {
        ("run",), ("settings",), ("inventory", "run"), ("pack", "check"), ("pack", "list"), ("pack", "new"),
        ("pack", "fields"), ("plan", "targets"), ("plan", "clauses"), ("plan", "systems"),
        ("plan", "agencies"),
        ("plan", "show"), ("track", "board"), ("terms", "list"),
    } <= set(LEAVES)  # fmt: skip


@pytest.mark.parametrize(
    ("noun", "own"),
    [
        ("targets", {"--agency", "--nature", "--comparator", "--document"}),
        ("clauses", {"--agency", "--measurable"}),
        ("systems", {"--agency", "--priority"}),
        ("agencies", set()),
    ],
)
def test_every_list_of_the_plan_takes_the_same_filters(noun: str, own: set[str]) -> None:
    parameters = COMMANDS["plan", noun].params  # type: ignore[attr-defined]
    options = {spelling for parameter in parameters for spelling in parameter.opts}
    shared = {"--sector", "--year", "--kind", "--pack", "--format", "--output"}
    assert options - {"--help"} == shared | own


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_in_both_languages(path: tuple[str, ...]) -> None:
    result = RUNNER.invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    said = COMMANDS[path].help  # type: ignore[attr-defined]
    assert CHINESE.search(said)
    assert LATIN.search(said)
    assert CHINESE.search(result.output)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_option_is_described_in_both_languages(path: tuple[str, ...]) -> None:
    for parameter in COMMANDS[path].params:  # type: ignore[attr-defined]
        if parameter.name == "help":
            continue
        words = parameter.help or ""
        assert CHINESE.search(words), (path, parameter.name)
        assert LATIN.search(words), (path, parameter.name)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_options_are_named_alike_everywhere(path: tuple[str, ...]) -> None:
    for parameter in COMMANDS[path].params:  # type: ignore[attr-defined]
        for spelling in parameter.opts:
            if spelling.startswith("-"):
                assert re.fullmatch(r"--[a-z]+(-[a-z]+)*", spelling), (path, spelling)
