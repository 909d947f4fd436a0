"""The graph of a flow diagram: no circles, and no node that swallows or makes energy unseen."""

from __future__ import annotations

import polars as pl

ROUNDING = 1e-9
"""Share of what passes a node below which a remainder is the noise of binary fractions. [1]"""


def break_cycles(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows with every output that would close a circle moved to a node of its own.

    Parameters
    ----------
    flows : polars.DataFrame
        ``source, target, tj`` of one region and year.
    """
    edges: dict[str, set[str]] = {}
    moved = []
    last = pl.col("source").str.starts_with("process:")
    ordered = flows.sort(last, "tj", "source", "target", descending=[False, True, False, False])
    for source, target in ordered.select("source", "target").iter_rows():
        if _reaches(edges, target, source):
            moved.append((source, target))
        else:
            edges.setdefault(source, set()).add(target)
    closing = pl.DataFrame(moved, schema=["source", "target"], orient="row").with_columns(again=pl.lit("+"))
    if closing.is_empty():
        return flows
    joined = flows.join(closing, on=["source", "target"], how="left", maintain_order="left")
    return joined.with_columns(target=pl.col("target") + pl.col("again").fill_null("")).drop("again")


def sum_nodes(flows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return what goes into and comes out of the nodes of a kind.

    Parameters
    ----------
    flows : polars.DataFrame
        ``region, year, source, target, tj``.
    kind : str
        How their names begin.

    Returns
    -------
    polars.DataFrame
        ``region, year, node, into, out, rest`` [TJ]; ``rest`` is into - out, zero where it is noise.
    """
    node = ["region", "year", "node"]
    sides = [
        flows.filter(pl.col(end).str.starts_with(kind)).select(
            "region", "year", node=end, into=pl.col("tj") * into, out=pl.col("tj") * (1 - into)
        )
        for end, into in (("target", 1), ("source", 0))
    ]
    summed = pl.concat(sides).group_by(node, maintain_order=True).agg(pl.col("into", "out").sum())
    rest = pl.col("into") - pl.col("out")
    noise = rest.abs() <= ROUNDING * (pl.col("into") + pl.col("out"))
    return summed.with_columns(rest=pl.when(noise).then(0.0).otherwise(rest))


def _reaches(edges: dict[str, set[str]], start: str, goal: str) -> bool:
    seen, queue = {start}, [start]
    while queue:
        node = queue.pop()
        if node == goal:
            return True
        fresh = edges.get(node, set()) - seen
        seen |= fresh
        queue += fresh
    return False
