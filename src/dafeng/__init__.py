"""dafeng 达峰: a province's carbon-peak plan as software.

Importing the package costs next to nothing: rooms are imported by name when they are needed
(``from dafeng.inventory import compute_inventory``).
"""

from dafeng.version import __version__

__all__ = ["__version__"]
