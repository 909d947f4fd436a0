"""Settings: one model, one TOML file. The default file and its documentation page are made from here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dafeng.errors import Finding, InputRefused, Place

FILE_NAME = "dafeng.toml"


class Settings(BaseModel):
    """What a user may set once instead of on every command line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[
        Literal["zh", "en"], Field(description="终端输出的语言 / language of terminal output")
    ] = "zh"
    pack: Annotated[
        str, Field(description="默认省包：内置名称或文件夹 / default pack: built-in name or folder")
    ] = "shanxi"
    out: Annotated[str, Field(description="dafeng run 的输出文件夹 / output folder of dafeng run")] = (
        "dafeng-out"
    )
    max_file_mb: Annotated[
        int, Field(ge=1, le=4096, description="读入文件的大小上限（MB）/ largest input file (MB)")
    ] = 200
    uncertainty_draws: Annotated[
        int,
        Field(ge=100, le=200_000, description="不确定性模拟的抽样次数 / draws of the uncertainty simulation"),
    ] = 10_000
    uncertainty_seed: Annotated[
        int, Field(ge=0, description="不确定性模拟的随机数种子 / seed of the uncertainty simulation")
    ] = 2030
    flash_day: Annotated[
        int,
        Field(
            ge=1,
            le=28,
            description="快报在次月几日开放 / day of the next month on which a flash estimate opens",
        ),
    ] = 25
    warning_red_miss: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="未完成概率高于此值时提示为红 / chance of a miss above which the own hint is red",
        ),
    ] = 0.8
    warning_amber_miss: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="未完成概率高于此值时提示为黄 / chance of a miss above which the own hint is amber",
        ),
    ] = 0.5
    database: Annotated[
        str,
        Field(
            description="台账数据库：SQLite 文件或地址；环境变量 DAFENG_DATABASE_URL 优先，口令不写入文件 / "
            "database of the registers: SQLite file or URL; DAFENG_DATABASE_URL goes first, so that no "
            "password stands in a file"
        ),
    ] = "dafeng-registers.sqlite"
    attachments: Annotated[
        str, Field(description="台账附件文件夹 / folder of the attachments of registers")
    ] = "dafeng-attachments"
    actor: Annotated[
        str,
        Field(
            max_length=64, description="操作人；库中有用户后必填 / who acts; needed once there are members"
        ),
    ] = ""
    register_folders: Annotated[
        tuple[str, ...],
        Field(
            description="另有台账定义的文件夹，同名时后者为准 / further folders of register definitions; "
            "a later one of the same id wins"
        ),
    ] = ()


def read_settings(path: Path | None = None) -> Settings:
    """Return the settings of a file, or the defaults.

    Parameters
    ----------
    path : Path, optional
        A TOML file; default ``dafeng.toml`` of the working folder if there is one.

    Raises
    ------
    InputRefused
        ``file_missing``, ``toml_invalid`` or ``setting_invalid`` (one finding per key).
    """
    chosen = path or Path(FILE_NAME)
    if not chosen.is_file():
        if path is not None:
            raise InputRefused.of("file_missing", file=path)
        return Settings()
    place = Place(str(chosen))
    try:
        return Settings.model_validate(tomllib.loads(chosen.read_text("utf-8-sig")))
    except ValidationError as error:
        raise InputRefused(
            Finding("setting_invalid", place, {"key": ".".join(map(str, e["loc"])), "reason": e["msg"]})
            for e in error.errors()
        ) from error
    except (ValueError, RecursionError) as error:  # also integers of thousands of digits, nested brackets
        raise InputRefused([Finding("toml_invalid", place, {"reason": error})]) from error
    except OSError as error:
        raise InputRefused.of("file_missing", place, file=chosen) from error


def default_toml() -> str:
    """Return the default settings file with a comment for every key.

    Examples
    --------
    >>> default_toml().splitlines()[2]
    'language = "zh"'
    """
    lines = ["# dafeng.toml"]
    for name, info in Settings.model_fields.items():
        value = f'"{info.default}"' if isinstance(info.default, str) else info.default
        value = list(value) if isinstance(value, tuple) else value
        lines += [f"# {info.description}", f"{name} = {value}"]
    return "\n".join(lines) + "\n"
