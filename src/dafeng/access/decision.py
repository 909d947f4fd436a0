"""May this subject do this here? Every answer names the lines of the relation that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.access.grants import APART, EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Scope:
    """On what: one row of a resource.

    Parameters
    ----------
    resource : str
        Register, or another resource such as ``members``.
    region, agency, maker : str, optional
        Of the row; None if it has none, which only a line for ``*`` reaches.
    """

    resource: str
    region: str | None = None
    agency: str | None = None
    maker: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer with its reasons.

    Parameters
    ----------
    subject, action : str
        Who, what.
    scope : Scope or str
        On what; a plain resource asks for any of its rows.
    because : polars.DataFrame
        The lines of the relation that allow it (Permissions); without any it is refused.
    """

    subject: str
    action: str
    scope: Scope | str
    because: pl.DataFrame

    @property
    def allowed(self) -> bool:
        """Whether at least one line allows it."""
        return not self.because.is_empty()

    @property
    def resource(self) -> str:
        """Resource of the question."""
        return self.scope if isinstance(self.scope, str) else self.scope.resource


def decide(
    permissions: pl.DataFrame, subject: str, action: str, scope: Scope | str, regions: pl.DataFrame
) -> Decision:
    """Return whether a subject may do something on a row, or on any row of a resource.

    Parameters
    ----------
    permissions : Permissions
        The relation; what is not in it is refused.
    subject, action : str
        Who, what.
    scope : Scope or str
        Row, or only the resource: on at least some rows that there are or could be.
    regions : polars.DataFrame
        ``ancestor``, ``descendant`` (:func:`~dafeng.access.relation.close_regions`).
    """
    resource = scope if isinstance(scope, str) else scope.resource
    lines = permissions.filter(
        (pl.col("subject") == subject)
        & (pl.col("action") == action)
        & pl.col("resource").is_in(_names_of(resource))
    )
    if isinstance(scope, Scope):
        above = [] if scope.region is None else _above(scope.region, regions)
        lines = lines.filter(
            pl.col("region").is_in([EVERYTHING, *above])
            & pl.col("agency").is_in(_reached_by(scope.agency))
            & pl.col("maker").is_in(_reached_by(scope.maker))
        )
    return Decision(subject, action, scope, lines)


def _above(region: str, regions: pl.DataFrame) -> list[str]:
    """Return a region with everything above it."""
    return [region, *regions.filter(pl.col("descendant") == region)["ancestor"]]


def _names_of(resource: str) -> list[str]:
    """Return how lines may name a resource; some are not among everything."""
    return [resource] if resource in APART else [resource, EVERYTHING]


def _reached_by(value: str | None) -> list[str]:
    return [EVERYTHING] if value is None else [EVERYTHING, value]


def permit_rows(
    permissions: pl.DataFrame, subject: str, action: str, resource: str, rows: pl.DataFrame,
    regions: pl.DataFrame,
) -> pl.Series:  # fmt: skip
    """Return for every row whether the subject may do something with it.

    Parameters
    ----------
    permissions : Permissions
        The relation.
    subject, action, resource : str
        Who, what, on which register.
    rows : polars.DataFrame
        With ``scope_region``, ``scope_agency`` and ``created_by``.
    regions : polars.DataFrame
        ``ancestor``, ``descendant``.

    Returns
    -------
    polars.Series
        Boolean, no value missing.
    """
    lines = decide(permissions, subject, action, resource, regions).because
    allowed = pl.lit(value=False)
    scopes = lines.select("region", "agency", "maker").unique()
    for region, agency, maker in scopes.iter_rows():
        line = pl.lit(value=True)
        if region != EVERYTHING:
            below = regions.filter(pl.col("ancestor") == region)["descendant"].to_list()
            line &= pl.col("scope_region").is_in(below)
        if agency != EVERYTHING:
            line &= pl.col("scope_agency") == agency
        if maker != EVERYTHING:
            line &= pl.col("created_by") == maker
        allowed |= line.fill_null(value=False)
    return rows.with_columns(allowed.alias("_allowed"))["_allowed"].alias("allowed")


def list_permissions(
    permissions: pl.DataFrame,
    *,
    subject: str | None = None,
    actions: Collection[str] = (),
    resource: str | None = None,
    region: str | None = None,
    regions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the lines of the relation that speak of a subject, actions, a resource or a region.

    Parameters
    ----------
    permissions : Permissions
        The relation.
    subject, resource, region : str, optional
        Only lines of this subject; lines that reach this resource; lines that reach this region.
    actions : collection of str
        Only these actions.
    regions : polars.DataFrame, optional
        ``ancestor``, ``descendant``, for ``region``.

    Returns
    -------
    Permissions
        Some of its lines.
    """
    kept = permissions
    if subject is not None:
        kept = kept.filter(pl.col("subject") == subject)
    if actions:
        kept = kept.filter(pl.col("action").is_in(sorted(actions)))
    if resource is not None:
        kept = kept.filter(pl.col("resource").is_in(_names_of(resource)))
    if region is not None:
        above = [region] if regions is None else _above(region, regions)
        kept = kept.filter(pl.col("region").is_in([EVERYTHING, *above]))
    return kept
