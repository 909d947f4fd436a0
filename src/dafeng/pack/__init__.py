"""A province as data: loader, validator, template."""

from dafeng.pack.decided import list_decisions
from dafeng.pack.io import builtin_packs, read_pack, read_pack_folder
from dafeng.pack.model import Decisions, Pack, PackConfig
from dafeng.pack.new import describe_pack, write_empty_pack
from dafeng.pack.schema import PACK_TABLES, DecisionsTaken

__all__ = [
    "PACK_TABLES",
    "Decisions",
    "DecisionsTaken",
    "Pack",
    "PackConfig",
    "builtin_packs",
    "describe_pack",
    "list_decisions",
    "read_pack",
    "read_pack_folder",
    "write_empty_pack",
]
