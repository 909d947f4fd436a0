r"""Who contributed how much: Shapley values of a game whose players have names.

The value of a player is what it adds, averaged over all orders in which the players may come (Shapley 1953).
It is the only division that leaves nothing over, treats equal players alike, gives nothing to a player that
never adds anything, and adds up over games. Leave-one-out, scaled to the total, does not add up, and gives
nothing to two players that do the same.

Up to ``PLAYERS_LIMIT`` players every coalition is valued once and the values are exact; above it random
orders and their reverses are valued, and every value has a standard error. Sources: see
:mod:`dafeng.decomposition.shapley`. The rounding residue is spread by :mod:`dafeng.pathway.exact_sums`, so
that the values sum to value(all) - value(none) to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from dafeng.decomposition import PLAYERS_LIMIT, shapley_exact, shapley_sampled
from dafeng.errors import Finding, InputRefused
from dafeng.pathway.exact_sums import spread_residue

if TYPE_CHECKING:
    from collections.abc import Sequence

Method = Literal["exact", "sampled"]
Array = NDArray[np.float64]
ArrayGame = Callable[[frozenset[str]], "Array"]
"""A game whose worth is an array, for example (year,) or (year, draw)."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Shapley values with what is known of their error.

    Attributes
    ----------
    values : dict of str to float
        By player, in the order of the players; they sum to ``difference`` to the last digit.
    standard_errors : dict of str to float
        0 where the values are exact.
    difference : float
        value(all) - value(none).
    method : {"exact", "sampled"}
    samples : int
        Pairs of an order and its reverse; 0 where the values are exact.
    """

    values: dict[str, float]
    standard_errors: dict[str, float]
    difference: float
    method: Method
    samples: int


@dataclass(frozen=True, slots=True, eq=False)
class ArrayAttribution:
    """Shapley values of a game whose worth is an array; as :class:`Attribution`, shape (player, ...)."""

    players: tuple[str, ...]
    values: Array
    standard_errors: Array
    difference: Array
    method: Method
    samples: int


def attribute(
    value: Callable[[frozenset[str]], float], players: Sequence[str], *, samples: int = 256, seed: int = 0
) -> dict[str, float]:
    """Return the Shapley value of each player of a game.

    Parameters
    ----------
    value : callable
        Maps a coalition, a frozenset of player names, to its worth, a finite number. Each coalition is valued
        at most once.
    players : sequence of str
        Names, each once.
    samples : int
        Pairs of random orders that are valued where there are more than 12 players; at least 2.
    seed : int
        Seed of the random orders.

    Returns
    -------
    dict of str to float
        By player, in the order of ``players``, in the unit of the worth; the values sum to
        value(all) - value(none) to the last digit.

    Raises
    ------
    InputRefused
        ``players_none``, ``players_repeated``, ``players_not_text``, ``worth_not_number``,
        ``series_too_short`` (fewer than two samples).

    Examples
    --------
    Two policies cut the same 100 Mt, a third cuts 10 Mt of its own:

    >>> def cut(policies):
    ...     return 100 * bool(policies & {"a", "b"}) + 10 * ("c" in policies)
    >>> attribute(cut, ["a", "b", "c"])
    {'a': 50.0, 'b': 50.0, 'c': 10.0}
    """
    return attribute_with_error(value, players, samples=samples, seed=seed).values


def attribute_with_error(
    value: Callable[[frozenset[str]], float], players: Sequence[str], *, samples: int = 256, seed: int = 0
) -> Attribution:
    """Return Shapley values with their standard errors and the method; see :func:`attribute`."""
    found = attribute_arrays(lambda on: np.asarray(value(on)), players, samples=samples, seed=seed)
    if found.difference.ndim:
        raise InputRefused.of("worth_not_number", coalition="-", value=f"array {found.difference.shape}")
    return Attribution(
        values=dict(zip(found.players, found.values.tolist(), strict=True)),
        standard_errors=dict(zip(found.players, found.standard_errors.tolist(), strict=True)),
        difference=float(found.difference),
        method=found.method,
        samples=found.samples,
    )


def attribute_arrays(
    value: ArrayGame, players: Sequence[str], *, samples: int = 256, seed: int = 0
) -> ArrayAttribution:
    """Return Shapley values of a game whose worth is an array: one game per cell, on the same orders.

    Parameters
    ----------
    value : callable
        Maps a coalition to an array of finite numbers, of the same shape for every coalition. All worths are
        held at once: :func:`dafeng.pathway.wedges.attribute_outcome` is the way for many draws.
    players : sequence of str
    samples, seed : int
        See :func:`attribute`.

    Raises
    ------
    InputRefused
        As :func:`attribute`, and ``series_length`` where shapes differ.
    """
    names = check_players(players)
    known: dict[frozenset[str], Array] = {}

    def worth(coalitions: NDArray[np.bool_]) -> Array:
        return np.stack([_value_once(value, _members(names, row), known) for row in coalitions])

    none, every = (_value_once(value, side, known) for side in (frozenset[str](), frozenset(names)))
    with np.errstate(over="ignore"):
        difference = np.asarray(every - none)
    _check_finite(difference, frozenset(names))
    method: Method = "exact" if len(names) <= PLAYERS_LIMIT else "sampled"
    if method == "exact":
        values, errors = shapley_exact(worth, len(names)), None
    else:
        estimate = shapley_sampled(worth, len(names), samples, seed)
        values, errors = estimate.values, estimate.standard_error
    return ArrayAttribution(
        players=names,
        values=spread_residue(values, difference),
        standard_errors=np.zeros_like(values) if errors is None else errors,
        difference=difference,
        method=method,
        samples=0 if errors is None else samples,
    )


def check_players(players: Sequence[str]) -> tuple[str, ...]:
    """Return the players as a tuple of distinct names.

    Raises
    ------
    InputRefused
        ``players_none``, ``players_repeated``, ``players_not_text``; all that is wrong at once.
    """
    names = (players,) if isinstance(players, str) else tuple(players)
    strange = [players] if isinstance(players, str) else [name for name in names if not isinstance(name, str)]
    texts = [name for name in names if isinstance(name, str)]
    double = sorted({name for name in texts if texts.count(name) > 1})
    problems = []
    if strange:
        shown = ", ".join(repr(name) for name in strange[:5])
        problems.append(Finding("players_not_text", params={"names": shown}))
    if not names:
        problems.append(Finding("players_none"))
    if double:
        problems.append(Finding("players_repeated", params={"names": ", ".join(double[:10])}))
    if problems:
        raise InputRefused(problems)
    return names


def _members(names: tuple[str, ...], row: NDArray[np.bool_]) -> frozenset[str]:
    return frozenset(name for name, present in zip(names, row.tolist(), strict=True) if present)


def _value_once(
    value: Callable[[frozenset[str]], Any], on: frozenset[str], known: dict[frozenset[str], Array]
) -> Array:
    """Return the worth of a coalition, asked for once."""
    if on not in known:
        given = value(on)
        try:
            worth = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InputRefused.of("worth_not_number", coalition=_shown(on), value=repr(given)[:60]) from error
        _check_finite(worth, on)
        if known and worth.shape != (first := next(iter(known.values()))).shape:
            raise InputRefused.of("series_length", what=f"{_shown(on)} {worth.shape}, {first.shape}")
        known[on] = worth
    return known[on]


def _check_finite(worth: Array, on: frozenset[str]) -> None:
    if not np.isfinite(worth).all():
        wrong = worth[~np.isfinite(worth)].reshape(-1)[0]
        raise InputRefused.of("worth_not_number", coalition=_shown(on), value=wrong)


def _shown(on: frozenset[str]) -> str:
    """Return the members of a coalition, a few of them."""
    names = sorted(on)
    return "{" + ", ".join(names[:4]) + (", …" if len(names) > 4 else "") + "}"
