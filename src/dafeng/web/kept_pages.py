"""Drawn pages, kept by the run and by what the visitor may see: equal readers share one drawing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar, cast

from dafeng.app.portal_release import reach_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dafeng.web.page import Asking

Drawn = TypeVar("Drawn")
MOST_KEPT = 400
"""Most drawings that are kept; beyond, those go that were not asked for longest."""


def keep_drawn(asking: Asking, name: Hashable, draw: Callable[[], Drawn]) -> Drawn:
    """Return a drawing that depends only on the run and on the reach of the visitor; drawn once for all.

    Parameters
    ----------
    asking : Asking
        Who asks.
    name : hashable
        Which drawing, with everything of the request that it depends on. What the visitor types freely
        (a search) is not kept: call the function yourself.
    draw : callable
        Draws it. While one request draws, others that want the same wait for it.
    """
    edition = asking.portal.data.edition()
    if edition is None:
        return draw()
    key = (str(asking.portal.data.root), edition.id, reach_of(asking.book), name)
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return cast("Drawn", _KEPT[key])
        drawing = _DRAWING.setdefault(key, threading.Lock())
    with drawing:
        with _LOCK:
            if key in _KEPT:
                return cast("Drawn", _KEPT[key])
        try:
            made = draw()
            with _LOCK:
                _KEPT[key] = made
                while len(_KEPT) > MOST_KEPT:
                    _KEPT.popitem(last=False)
        finally:
            with _LOCK:
                _DRAWING.pop(key, None)
    return made


_LOCK = threading.Lock()
_KEPT: OrderedDict[Hashable, object] = OrderedDict()
_DRAWING: dict[Hashable, threading.Lock] = {}
