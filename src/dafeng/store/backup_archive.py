"""The file of a backup: a packed archive whose last entry says what every other one must be; sealed or not.

Layout: ``DAFENGB1``, sixteen bytes of salt, then the archive sealed piece by piece
(:mod:`dafeng.crypto.files`) with a key made from the passphrase; without a passphrase the bare archive
(tar, gzip). The manifest stands at the end of the archive, so that a file that was cut off has none.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from dafeng.crypto import find_suite, open_file, seal_file
from dafeng.crypto.files import suite_of_file
from dafeng.crypto.suite import SALT_BYTES
from dafeng.errors import InputRefused
from dafeng.store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dafeng.crypto import SuiteName

MAGIC = b"DAFENGB1"
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 2**20
"""Largest manifest that is read. [B]"""
_PIECE = 1 << 20


def write_archive(
    path: Path,
    entries: Mapping[str, Path],
    about: Mapping[str, Any],
    passphrase: str | None,
    suite: SuiteName = "international",
) -> None:
    """Write a backup so that the file is either whole or not there.

    Parameters
    ----------
    path : Path
        File to write.
    entries : mapping
        Name within the archive -> file.
    about : mapping
        What the manifest says beside the hashes.
    passphrase : str, optional
        Seals the archive.
    suite : {"international", "national"}
        Algorithms of the seal.

    Raises
    ------
    InputRefused
        ``output_not_writable``.
    """

    def write(stream: BinaryIO) -> None:
        if passphrase is None:
            _write_tar(stream, entries, about)
            return
        with tempfile.TemporaryFile(dir=path.parent) as bare:
            _write_tar(cast("BinaryIO", bare), entries, about)
            bare.seek(0)
            chosen = find_suite(suite)
            salt = chosen.new_salt()
            stream.write(MAGIC + salt)
            seal_file(chosen, chosen.derive_key(passphrase, salt), cast("BinaryIO", bare), stream)

    write_atomically(path, write)


def read_archive(path: Path, folder: Path, passphrase: str | None) -> dict[str, Any]:
    """Unpack a backup into a folder and return its manifest; every file is what the manifest says.

    Parameters
    ----------
    path : Path
        The backup.
    folder : Path
        Empty folder.
    passphrase : str, optional
        Of a sealed backup.

    Raises
    ------
    InputRefused
        ``file_missing``, ``backup_sealed`` (a passphrase is needed), ``sealed_refused``, ``backup_damaged``
        (no backup, cut off, or changed), ``output_not_writable`` (a full disk).
    """
    try:
        source = path.open("rb")
    except OSError as error:
        raise InputRefused.of("file_missing", file=path) from error
    with source, _writing(folder), tempfile.TemporaryFile(dir=folder.parent) as bare:
        if source.read(len(MAGIC)) != MAGIC:
            source.seek(0)
            return _read_tar(path, source, folder)
        if passphrase is None:
            raise InputRefused.of("backup_sealed", file=path)
        salt = source.read(SALT_BYTES)
        key = suite_of_file(source).derive_key(passphrase, salt)
        open_file(key, source, cast("BinaryIO", bare))
        bare.seek(0)
        return _read_tar(path, cast("BinaryIO", bare), folder)


def is_sealed(path: Path) -> bool:
    """Return whether a backup is sealed; False for a file that is not there."""
    try:
        with path.open("rb") as source:
            return source.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _write_tar(stream: BinaryIO, entries: Mapping[str, Path], about: Mapping[str, Any]) -> None:
    files: dict[str, dict[str, Any]] = {}
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=5) as archive:
        for name in sorted(entries):
            with entries[name].open("rb") as content:
                counting = _Counting(content)
                info = tarfile.TarInfo(name)
                info.size = entries[name].stat().st_size
                archive.addfile(info, cast("IO[bytes]", counting))
            files[name] = {"sha256": counting.digest.hexdigest(), "size_bytes": info.size}
        text = json.dumps({**about, "files": files}, ensure_ascii=False, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))


class _Counting:
    """A file that is hashed while it is read."""

    def __init__(self, source: BinaryIO | IO[bytes]) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


def _read_tar(path: Path, source: BinaryIO, folder: Path) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(fileobj=source, mode="r|gz") as archive:
            for name, content in _safe_entries(archive):
                if name == MANIFEST:
                    manifest = json.loads(content.read(LARGEST_MANIFEST))
                    break
                found[name] = _unpack(content, folder / name)
            else:
                raise InputRefused.of("backup_damaged", file=path)
        if manifest["files"] != found:
            raise InputRefused.of("backup_damaged", file=path)
    except (tarfile.TarError, EOFError, zlib.error, ValueError, LookupError, TypeError, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # of the disk; one of the packing has no number
            raise
        raise InputRefused.of("backup_damaged", file=path) from error
    return dict(manifest)


def _safe_entries(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield plain files with plain relative names.

    Raises
    ------
    ValueError
        For anything else.
    """
    for info in archive:
        parts = PurePosixPath(info.name).parts
        content = archive.extractfile(info) if info.isreg() else None
        plain = parts and info.name == "/".join(parts) and not {"/", ".."} & set(parts)
        if content is None or not plain or any(sign in info.name for sign in "\\:"):
            raise ValueError(info.name)
        yield info.name, content


def _unpack(content: IO[bytes], target: Path) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    counting, size = _Counting(content), 0
    with target.open("xb") as stream:
        while piece := counting.read(_PIECE):
            size += stream.write(piece)
    return {"sha256": counting.digest.hexdigest(), "size_bytes": size}


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Tell a full disk as such: the backup is not damaged by it.

    Raises
    ------
    InputRefused
        ``output_not_writable``.
    """
    try:
        yield
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=folder, reason=error.strerror or error) from error
