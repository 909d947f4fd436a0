"""The documentation says everything and shows what really happens."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

import dafeng
from dafeng import terms
from dafeng.cli.commands import app
from dafeng.errors import DafengError, messages
from dafeng.pack import PACK_TABLES, PackConfig, builtin_packs, read_pack
from dafeng.register.library import read_library
from dafeng.settings import Settings
from dafeng.table import Table, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
READMES = ("README.md", "README.zh-CN.md")
SHOWN = (
    *READMES, "docs/tutorial.md", "docs/tutorial-peak.md", "docs/tutorial-tracking.md",
    "docs/tutorial-registers.md", "docs/howto.md", "docs/statisticians.md",
)  # fmt: skip
"""Documents whose console blocks are run."""
PAGES = sorted([*ROOT.glob("*.md"), *(p for p in DOCS.rglob("*.md") if "generated" not in p.parts)])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference(generate: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the generated pages by name."""
    folder = tmp_path_factory.mktemp("generated")
    generate.write_pages(folder)
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}


def commands(command: Any, words: str = "dafeng") -> Iterator[tuple[str, Any]]:
    """Yield every command and group of the command line."""
    yield words, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{words} {name}")


COMMANDS = dict(commands(typer.main.get_command(app)))
LEAVES = {words: command for words, command in COMMANDS.items() if not getattr(command, "commands", None)}


def section(page: str, heading: str) -> str:
    """Return the text of a page between one second heading and the next."""
    _, found, rest = page.partition(f"\n## {heading}\n")
    assert found, heading
    return rest.partition("\n## ")[0]


# --- the reference is whole -------------------------------------------------------------------------------


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_and_option_is_described(words: str, reference: dict[str, str]) -> None:
    text = section(reference["commands"], f"`{words}`")
    for parameter in LEAVES[words].params:
        options = [option for option in parameter.opts if option.startswith("--")]
        assert f"`{(options or [parameter.name.upper()])[0]}" in text
        assert parameter.help


def test_every_exit_code_is_described(reference: dict[str, str]) -> None:
    text = section(reference["commands"], "Exit codes")
    for kind in DafengError.__subclasses__():
        assert f"| {kind.exit_code} |" in text


def test_every_setting_is_described(reference: dict[str, str]) -> None:
    for name, info in Settings.model_fields.items():
        assert info.description
        assert f"# {info.description}\n{name} = " in reference["settings"]


@pytest.mark.parametrize("code", messages())
def test_every_message_is_listed(code: str, reference: dict[str, str]) -> None:
    assert f"| `{code}` |" in reference["messages"]


@pytest.mark.parametrize("name", terms.vocabularies())
def test_every_vocabulary_and_code_is_listed(name: str, reference: dict[str, str]) -> None:
    text = section(reference["vocabularies"], f"`{name}`")
    for code in terms.entries(name):
        assert f"| `{code}` |" in text


@pytest.mark.parametrize("name", PACK_TABLES)
def test_every_pack_file_and_field_is_described(name: str, reference: dict[str, str]) -> None:
    text = section(reference["pack"], f"`{name}.csv`")
    for spec in columns_of(PACK_TABLES[name]):
        assert f"| `{spec.name}` | {spec.zh} | {spec.en} |" in text


def test_every_key_of_pack_toml_is_described(reference: dict[str, str]) -> None:
    text = section(reference["pack"], "`pack.toml`")
    for part, info in PackConfig.model_fields.items():
        record = info.annotation
        assert record is not None
        for key in record.model_fields:
            assert re.search(rf"`{part}\.{key}[`.]", text), f"{part}.{key}"


def contracts() -> dict[str, type[Table]]:
    """Return every table contract of the package."""
    names = [info.name for info in pkgutil.walk_packages(dafeng.__path__, "dafeng.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    classes = [pair for module in modules for pair in inspect.getmembers(module, inspect.isclass)]
    return {name: kind for name, kind in classes if issubclass(kind, Table) and kind is not Table}


@pytest.mark.parametrize("name", contracts())
def test_every_contract_is_described(name: str, reference: dict[str, str]) -> None:
    contract = contracts()[name]
    if contract in PACK_TABLES.values():
        return
    assert f"Contract `{name}`." in reference["tables"]
    text = reference["tables"].partition(f"Contract `{name}`.")[2].partition("\n## ")[0]
    for spec in columns_of(contract):
        unit = f"`{spec.unit}`" if spec.unit else ""
        assert f"| `{spec.name}` | {spec.dtype} | {unit} | {spec.zh} | {spec.en} |" in text


def test_every_result_table_is_described(generate: ModuleType, reference: dict[str, str]) -> None:
    for table in generate.result_tables():
        assert f"\n## `{table.id}`\n" in reference["tables"]


@pytest.mark.parametrize("name", [m.name for m in pkgutil.iter_modules(dafeng.__path__)])
def test_every_public_room_is_in_the_python_reference(name: str) -> None:
    inside = {"cli", "__main__", "version"}
    text = (DOCS / "reference" / "api.md").read_text("utf-8")
    assert name in inside or f".. automodule:: dafeng.{name}" in text


# --- what is written is so --------------------------------------------------------------------------------


def mentioned() -> list[tuple[str, str]]:
    """Return (page, command line) for every dafeng command line in the pages."""
    found = []
    for page in PAGES:
        for _, block in FENCE.findall(page.read_text("utf-8")):
            lines = [line.removeprefix("$ ") for line in block.splitlines()]
            found += [(page.name, line) for line in lines if line.startswith("dafeng ")]
        inline = re.findall(r"`(dafeng [^`]*)`", page.read_text("utf-8"))
        found += [(page.name, line) for line in inline]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("page", "line"), mentioned())
def test_a_command_in_the_pages_exists(page: str, line: str) -> None:
    words = line.split()
    names = []
    for word in words:
        if " ".join([*names, word]) not in COMMANDS:
            break
        names.append(word)
    command = COMMANDS[" ".join(names)]
    rest = [word for word in words[len(names) :] if word.startswith("--")]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert set(rest) <= known, line
    if getattr(command, "commands", None):
        assert [word for word in words[len(names) :] if not word.startswith("-")] == [], line


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_the_two_commands_the_licence_and_its_twin(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for words in ("make run", "make test", "Apache-2.0", "CEADs", "docs/images/report.png"):
        assert words in text
    assert next(other for other in READMES if other != name) in text


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", page.read_text("utf-8"), re.MULTILINE))
        assert named <= targets, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_resolve(page: Path, reference: dict[str, str]) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        path = target.partition("#")[0]
        if not path or target.startswith(("http://", "https://")):
            continue
        generated = "reference/generated/" in path and Path(path).stem in reference
        assert generated or (page.parent / path).exists(), target


def test_the_picture_is_small() -> None:
    assert 0 < (DOCS / "images" / "report.png").stat().st_size < 300_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_machine_paths_stand_in_the_pages(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(tmp|home|work|root|Users)/", text)
    assert not re.search("[\U0001f300-\U0001faff✅❌⚠]", text)


# --- what is shown happens --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of a console block with the lines shown below it; ``[exit N]`` is its exit code."""

    command: str
    lines: tuple[str, ...]
    code: int = 0


def shown_in(text: str) -> list[Shown]:
    """Return the commands of the console blocks of a page."""
    found = []
    for kind, block in FENCE.findall(text):
        if kind != "console":
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *rest = part.splitlines()
            more = [line.removeprefix("> ") for line in rest if line.startswith("> ")]
            lines = [line for line in rest if line and not line.startswith("> ")]
            codes = [re.fullmatch(r"\[exit (\d+)\]", line) for line in lines]
            code = next((int(match[1]) for match in codes if match), 0)
            kept = tuple(line for line, match in zip(lines, codes, strict=True) if not match)
            found.append(Shown("\n".join([first, *more]), kept, code))
    return found


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the blocks are written for a POSIX shell")
@pytest.mark.parametrize("name", SHOWN)
def test_console_blocks_give_what_they_show(name: str, tmp_path: Path) -> None:
    """A shown line must occur in the output, in order; ``…`` stands for anything."""
    blocks = shown_in((ROOT / name).read_text("utf-8"))
    assert blocks
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    commands_folder = tmp_path / ".bin"
    commands_folder.mkdir()
    script = commands_folder / "dafeng"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dafeng "$@"\n', "utf-8")
    script.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{commands_folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(tmp_path / "src"),
        "PYTHONUTF8": "1",
    }
    for block in blocks:
        done = subprocess.run(
            ["/bin/sh", "-c", block.command], cwd=tmp_path, env=environment, check=False,
            capture_output=True, encoding="utf-8", timeout=120,
        )  # fmt: skip
        output = done.stdout + done.stderr
        assert done.returncode == block.code, f"{block.command}\n{output}"
        rest = output.splitlines()
        for line in block.lines:
            pattern = ".*".join(re.escape(piece.strip()) for piece in line.split("…"))
            hits = [place for place, got in enumerate(rest) if re.search(pattern, got)]
            assert hits, f"{block.command}\nnot found: {line}\n{output}"
            rest = rest[hits[0] + 1 :]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["docs/howto.md"])
def test_python_blocks_run(name: str, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    blocks = [block for kind, block in FENCE.findall((ROOT / name).read_text("utf-8")) if kind == "python"]
    assert blocks
    run = [sys.executable, "-m", "dafeng", "run", "--as-of", "2026-11-22"]
    subprocess.run(run, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=120)
    for block in blocks:
        subprocess.run([sys.executable, "-c", block], cwd=tmp_path, env=environment, check=True, timeout=120)


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    for package in ("sphinx", "myst_parser", "numpydoc", "furo"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed (pip install .[docs])")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
        check=False, capture_output=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    fetched = [
        page.name
        for page in tmp_path.rglob("*.html")
        if re.search(r"<(script|link|img)[^>]+(src|href)=\"(https?:)?//", page.read_text("utf-8"))
    ]
    assert not fetched


def test_every_register_and_field_is_described(reference: dict[str, str]) -> None:
    pack = read_pack(builtin_packs()[0])
    for register in read_library(pack.registers, pack.tables).registers.values():
        text = reference["registers"].partition(f"\n## `{register.id}` ")[2].partition("\n## ")[0]
        names = [*(field.id for field in register.fields), *(formula.id for formula in register.formulas)]
        names += [f"{child.id}.{field.id}" for child in register.lists for field in child.fields]
        assert [name for name in names if f"| `{name}` |" not in text] == []
