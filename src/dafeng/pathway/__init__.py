"""Pathways: will emissions peak, when, how high, how likely, thanks to which clause."""

from dafeng.pathway.attribution import Attribution, attribute, attribute_with_error

__all__ = ["Attribution", "attribute", "attribute_with_error"]
