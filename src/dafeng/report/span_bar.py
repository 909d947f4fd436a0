"""Small bars beside a row of a table: from a low to a high value around a middle, or a share of the whole."""

from __future__ import annotations

from markupsafe import Markup

WIDTH = 300
LESS, MORE, RULE = "#1f4e79", "#8c4a3f", "#4d5a66"


def draw_span(low: float, high: float, middle: float, ends: tuple[float, float]) -> Markup:
    """Return a bar from low to high: where the result sinks it is blue, where it rises it is brown.

    Parameters
    ----------
    low, high : float
        Mean of the result where the row pulls one way and the other.
    middle : float
        Mean of all futures, drawn as a rule.
    ends : tuple of float
        Values at the left and the right edge.
    """
    room = max(ends[1] - ends[0], 1e-12)

    def place(value: float) -> float:
        return WIDTH * (min(max(value, ends[0]), ends[1]) - ends[0]) / room

    box = Markup('<rect x="{:.1f}" y="2" width="{:.1f}" height="14" fill="{}"/>')
    centre = place(middle)
    parts = []
    for value in (low, high):
        start, end = sorted((place(value), centre))
        parts.append(box.format(start, end - start, LESS if value < middle else MORE))
    return Markup(
        '<svg viewBox="0 0 {0} 18" width="{0}" height="18" aria-hidden="true">{1}'
        '<path d="M{2:.1f} 0V18" stroke="{3}"/></svg>'
    ).format(WIDTH, Markup("").join(parts), centre, RULE)


def draw_share(share: float) -> Markup:
    """Return a share of the whole as a bar."""
    return Markup(
        '<svg width="160" height="12" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="12" fill="#eef1f4"/>'
        '<rect width="{:.2f}" height="12" fill="#1f4e79"/></svg>'
    ).format(100 * min(max(share, 0.0), 1.0))


def draw_tenths(count: int) -> Markup:
    """Return ten dots of which some are filled: a chance as a natural frequency."""
    dot = Markup('<circle cx="{}" cy="6" r="4.2" fill="{}" stroke="#1f4e79"/>')
    dots = (dot.format(6 + 11 * place, "#1f4e79" if place < count else "#fff") for place in range(10))
    return Markup(
        '<svg class="tenths" viewBox="0 0 111 12" width="111" height="12" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(dots))
