"""Make an offline bundle: wheels of dafeng and of all it needs, an installer, hashes; for one machine type.

    python scripts/make_bundle.py OUT --arch x86_64 --python 3.11 --extra postgresql
    python scripts/make_bundle.py OUT --arch aarch64 --python 3.11

Needs ``pip`` and a package index; the bundle needs neither. Wheels only: nothing is compiled on the target,
and a package without a wheel for it is told. On the target: ``sh install.sh /opt/dafeng``.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLIBC = range(17, 40)
"""Minor versions of glibc 2 whose wheels are taken: up to that of the target."""
INSTALLER = """#!/bin/sh
# Install dafeng from this folder, without a network: sh install.sh TARGET [PYTHON]
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${1:?usage: sh install.sh TARGET [PYTHON]}
python=${2:-python@PYTHON@}
command -v "$python" >/dev/null || { echo "$python is needed" >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (@VERSION@))' || {
  echo "Python @PYTHON@ is needed" >&2
  exit 2
}
case $(uname -m) in @ARCH@) ;; *) echo "this bundle is for @ARCH@" >&2; exit 2 ;; esac
(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS)
"$python" -m venv "$target"
"$target/bin/python" -m pip --disable-pip-version-check install --quiet --no-index --no-compile \\
  --find-links "$here/wheels" --requirement "$here/requirements.txt"
"$target/bin/dafeng" --version
"""


def main() -> None:
    wish = parse_arguments()
    folder = wish.out / f"dafeng-bundle-{wish.arch}-cp{wish.python.replace('.', '')}"
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], check=True)
    own = next(wheels.glob("dafeng-*.whl"))
    extras = f"[{','.join(wish.extra)}]" if wish.extra else ""
    tags = [f"manylinux_2_{minor}_{wish.arch}" for minor in GLIBC if minor <= wish.glibc]
    tags += [f"manylinux2014_{wish.arch}", "any"]
    constraint = ROOT / "requirements.lock"
    subprocess.run(
        [
            *pip, "download", "--only-binary", ":all:", "--python-version", wish.python,
            "--implementation", "cp", "--abi", f"cp{wish.python.replace('.', '')}", "--abi", "abi3",
            "--abi", "none", *(part for tag in tags for part in ("--platform", tag)),
            "--constraint", str(constraint), "--dest", str(wheels), f"{own}{extras}",
        ],
        check=True,
    )  # fmt: skip
    (folder / "requirements.txt").write_text(f"dafeng{extras}\n", "utf-8")
    installer = INSTALLER.replace("@PYTHON@", wish.python).replace("@ARCH@", wish.arch)
    installer = installer.replace("@VERSION@", wish.python.replace(".", ", "))
    (folder / "install.sh").write_text(installer, "utf-8")
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    add_source(folder / "source.tar.gz")
    write_hashes(folder)
    count = len(list(wheels.iterdir()))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {count} wheels, {size / 2**20:.0f} MiB")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--arch", choices=["x86_64", "aarch64"], default="x86_64")
    parser.add_argument("--python", default="3.11", help="version of Python on the target")
    parser.add_argument("--glibc", type=int, default=28, help="minor version of glibc 2 on the target")
    parser.add_argument("--extra", action="append", default=[], help="extra of dafeng, may be repeated")
    return parser.parse_args()


def add_source(path: Path) -> None:
    """Pack the source as it is kept under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, encoding="utf-8"
    ).stdout
    with tarfile.open(path, "w:gz") as archive:
        for name in sorted(filter(None, listed.split("\0"))):
            if (ROOT / name).is_file():
                archive.add(ROOT / name, f"dafeng/{name}", recursive=False)


def write_hashes(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
