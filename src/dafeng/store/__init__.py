"""Where results are kept: the workspace folder with tables, report and manifest."""

from dafeng.store.atomic import write_atomically, write_bytes_atomically
from dafeng.store.workspace import Manifest, StageRecord, Workspace, open_workspace

__all__ = [
    "Manifest",
    "StageRecord",
    "Workspace",
    "open_workspace",
    "write_atomically",
    "write_bytes_atomically",
]
