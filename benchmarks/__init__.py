"""Benchmarks; peers run in the same process."""
