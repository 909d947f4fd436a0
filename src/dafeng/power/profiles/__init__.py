"""Hourly profiles: read from files, generated from statistics, or typical curves; each says its origin."""

from __future__ import annotations

from dafeng.power.profiles.generator import generate
from dafeng.power.profiles.io import ProfileFile, ReadProfile, parse_profile, read_profile
from dafeng.power.profiles.load import load_year
from dafeng.power.profiles.profile_set import ProfileSet, make_profiles
from dafeng.power.profiles.weather import Site

__all__ = [
    "ProfileFile",
    "ProfileSet",
    "ReadProfile",
    "Site",
    "generate",
    "load_year",
    "make_profiles",
    "parse_profile",
    "read_profile",
]
