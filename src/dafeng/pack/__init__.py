"""A province as data: loader, validator, template."""

from dafeng.pack.io import builtin_packs, read_pack, read_pack_folder
from dafeng.pack.model import Decisions, Pack, PackConfig
from dafeng.pack.new import describe_pack, write_empty_pack
from dafeng.pack.schema import PACK_TABLES

__all__ = [
    "PACK_TABLES",
    "Decisions",
    "Pack",
    "PackConfig",
    "builtin_packs",
    "describe_pack",
    "read_pack",
    "read_pack_folder",
    "write_empty_pack",
]
