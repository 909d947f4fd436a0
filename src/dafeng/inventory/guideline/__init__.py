"""The second method: provincial guideline and IPCC 2006/2019, all gases, by IPCC category."""

from dafeng.inventory.guideline.contracts import EmissionLine

__all__ = ["EmissionLine"]
