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
    host: Annotated[str, Field(description="门户监听的地址 / address on which the portal listens")] = (
        "127.0.0.1"
    )
    port: Annotated[
        int, Field(ge=0, le=65_535, description="门户监听的端口 / port on which the portal listens")
    ] = 8100
    log_format: Annotated[
        Literal["json", "text"],
        Field(description="门户日志的格式，每行一条 / format of the log of the portal, one entry a line"),
    ] = "json"
    metrics_readers: Annotated[
        Literal["loopback", "anybody", "nobody"],
        Field(
            description="谁可读取 /metrics 和 /readyz：本机、任何人或无人 / who may read /metrics and /readyz"
        ),
    ] = "loopback"
    cryptography: Annotated[
        Literal["international", "national"],
        Field(
            description="密码算法：international（国际）或 national（SM2、SM3、SM4）；"
            "已有口令仍可验证 / algorithms: international or national; what is stored is still read"
        ),
    ] = "international"
    session_idle_minutes: Annotated[
        int,
        Field(
            ge=1, le=1_440, description="登录无操作多少分钟后失效 / minutes of idleness that end a session"
        ),
    ] = 30
    session_hours: Annotated[
        int, Field(ge=1, le=168, description="登录最长有效小时数 / hours after which a session ends anyway")
    ] = 12
    password_length: Annotated[
        int, Field(ge=8, le=64, description="口令最短长度（字符） / shortest password (characters)")
    ] = 10
    sign_in_failures: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="口令连续输错多少次后锁定 / wrong passwords in a row that lock an account",
        ),
    ] = 5
    lockout_minutes: Annotated[
        int, Field(ge=1, le=1_440, description="锁定的分钟数 / minutes for which an account stays locked")
    ] = 15
    requests_per_minute: Annotated[
        int,
        Field(
            ge=60, description="每个已登录用户每分钟的请求上限 / most requests a minute of one who signed in"
        ),
    ] = 18_000
    public_requests_per_minute: Annotated[
        int,
        Field(
            ge=60,
            description="每个未登录地址每分钟的请求上限 / most requests a minute of one address"
            " without sign-in",
        ),
    ] = 6_000
    portal_hosts: Annotated[
        tuple[str, ...],
        Field(
            description="门户接受的主机名，缺省不限；以 *. 开头的含下级 / host names that the portal answers "
            "to; none: any; *. stands for all below"
        ),
    ] = ()
    oidc_issuer: Annotated[
        str,
        Field(
            description="单点登录的签发方地址，缺省不用；客户端密钥在环境变量 DAFENG_OIDC_SECRET / address "
            "of the issuer of single sign-on; none: not used; the client's secret is DAFENG_OIDC_SECRET"
        ),
    ] = ""
    oidc_client_id: Annotated[
        str, Field(description="单点登录的客户端编号 / client id of single sign-on")
    ] = ""
    oidc_claim: Annotated[
        str,
        Field(
            description="单点登录中作为用户名的声明 / claim of single sign-on that is the name of the user"
        ),
    ] = "preferred_username"
    oidc_label: Annotated[
        str, Field(max_length=40, description="单点登录按钮上的名称 / name on the button of single sign-on")
    ] = ""


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
