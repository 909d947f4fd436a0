"""Uncertainty of an inventory."""
