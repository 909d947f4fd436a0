"""A new register: a commented definition to fill in, and the check of a definition before it is used."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from dafeng.access.grants import collect_grants
from dafeng.app.register_sources import read_definition, read_register_texts
from dafeng.errors import Finding, InputRefused, Place
from dafeng.pack import read_pack
from dafeng.register.library import parse_register, read_library
from dafeng.settings import read_settings
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from dafeng.register.model import Register

_ID = re.compile(r"[a-z][a-z0-9_]{0,47}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\]')


def write_skeleton(folder: Path, register_id: str, zh: str = "", en: str = "") -> Path:
    """Write a commented definition that is valid as it stands, and return its path.

    Parameters
    ----------
    folder : Path
        Where; the file is ``<register_id>.toml`` and must not be there.
    register_id : str
        Lower case letters, digits, underscore.
    zh, en : str
        Names; default the id.

    Raises
    ------
    InputRefused
        ``register_id_invalid``, ``register_file_there``.
    """
    if not _ID.fullmatch(register_id):
        raise InputRefused.of("register_id_invalid", register=register_id)
    path = folder / f"{register_id}.toml"
    if path.exists():
        raise InputRefused.of("register_file_there", file=path)
    text = files("dafeng.app").joinpath("register_skeleton.toml").read_text("utf-8")
    names = {"zh": _UNSAFE.sub(" ", zh) or register_id, "en": _UNSAFE.sub(" ", en) or register_id}
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes_atomically(path, text.format(id=register_id, **names).encode("utf-8"))
    return path


def check_definition(pack_name: str, path: Path) -> tuple[Register, tuple[Finding, ...]]:
    """Return the register of a file, checked with all others of the pack, and what is worth a look.

    Parameters
    ----------
    pack_name : str
        Pack whose registers, vocabularies and ids it refers to.
    path : Path
        TOML or JSON file.

    Returns
    -------
    tuple of Register and Findings
        Notes: it takes the place of another register; a role of a step that does not see the rows.

    Raises
    ------
    InputRefused
        Every defect with its key path.
    """
    pack = read_pack(pack_name)
    folders = tuple(Path(name) for name in read_settings().register_folders)
    texts, _ = read_register_texts(pack, folders)
    text = read_definition(path)
    register = parse_register(text, path.name)
    replaced = [name for name in texts if PurePath(name).stem == path.stem]
    notes = [
        Finding("register_replaced", Place(str(path)), {"register": register.id, "file": path}, "note")
        for _ in replaced
    ]
    kept = {name: one for name, one in texts.items() if name not in replaced}
    read_library({**kept, path.name: text}, pack.tables, pack.boundaries)
    return register, (*notes, *_blind_steps(register, path))


def _blind_steps(register: Register, path: Path) -> list[Finding]:
    """Return the steps that a role is named for and can never take, because it does not see the rows."""
    grants = collect_grants([register]).filter(resource=register.id)
    able = set(grants.select("role", "action").iter_rows())
    return [
        Finding(
            "register_step_blind", Place(str(path), column=f"transitions.{step.id}.roles"),
            {"step": step.id, "role": role}, "warning",
        )
        for step in register.transitions
        for role in step.roles
        if (role, f"step.{step.id}") not in able
    ]  # fmt: skip
