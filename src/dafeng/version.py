"""The one place where the version of dafeng is written."""

__version__ = "0.1.0"
