"""netCDF files of PyPSA: bytes to be written by others, files to be read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.power.exchange.reading import read_pypsa
from dafeng.power.exchange.writing import keep_strings, load_pypsa, to_pypsa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.power.network import Network


def make_netcdf(network: Network, capacities: Mapping[str, float] | None = None) -> bytes:
    """Return the netCDF file that ``pypsa.Network(path)`` reads; the same network gives the same bytes.

    Parameters and errors as :func:`dafeng.power.exchange.writing.to_pypsa`.

    Notes
    -----
    The file is made in a temporary folder: netCDF in memory would carry the time of day.
    """
    exported = to_pypsa(network, capacities)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.nc"
        exported.export_to_netcdf(path)
        return path.read_bytes()


def read_netcdf(path: Path) -> Network:
    """Read a network that PyPSA wrote.

    Parameters
    ----------
    path : Path
        A netCDF file.

    Raises
    ------
    InputRefused
        ``pypsa_unreadable`` when it is no such file; further as
        :func:`dafeng.power.exchange.reading.read_pypsa`.
    """
    pypsa = load_pypsa()
    try:
        with keep_strings(pypsa):
            source = pypsa.Network(str(path))
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise InputRefused.of("pypsa_unreadable", path=path, reason=error) from error
    return read_pypsa(source)
