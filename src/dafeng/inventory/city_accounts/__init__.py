"""City accounts: energy-related CO2 of every city by one rule, benchmarked to the province."""

from dafeng.inventory.city_accounts.account import CityAccounts, account_cities, list_city_rules
from dafeng.inventory.city_accounts.benchmark import benchmark_cities, rake_cities
from dafeng.inventory.city_accounts.contracts import (
    CityAccount,
    CityBenchmark,
    CityRule,
    CityTotal,
    ProvincePart,
)
from dafeng.inventory.city_accounts.io import read_city_energy
from dafeng.inventory.city_accounts.province import split_province
from dafeng.inventory.city_accounts.template import add_names, draft_city_energy

__all__ = [
    "CityAccount",
    "CityAccounts",
    "CityBenchmark",
    "CityRule",
    "CityTotal",
    "ProvincePart",
    "account_cities",
    "add_names",
    "benchmark_cities",
    "draft_city_energy",
    "list_city_rules",
    "rake_cities",
    "read_city_energy",
    "split_province",
]
