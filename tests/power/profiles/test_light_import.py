"""Profiles without weather files need none of the heavy packages."""

from __future__ import annotations

import subprocess
import sys

# not pandas: pandera takes it where it is installed
HEAVY = ("pvlib", "windpowerlib", "netCDF4", "xarray", "pypsa", "highspy")


def test_nothing_heavy_is_imported() -> None:
    code = f"import sys, dafeng.power.profiles; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
