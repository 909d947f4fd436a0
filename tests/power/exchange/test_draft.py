"""Components in the making: ports of links and what a profile is worth."""

from __future__ import annotations

import numpy as np
import pytest

from dafeng.power.exchange.draft import Draft, simplify_profile


def test_outputs_take_the_ports_in_order_and_late_ones_do_not_wrap() -> None:
    draft = Draft()
    draft.add("Link", "a", bus0="x")
    draft.attach("a", "y", 0.9)
    draft.attach("a", "z", -1.0, 3)
    draft.attach("a", "y", 0.5)
    assert draft.parts["Link"]["a"] == {
        "bus0": "x",
        "bus1": "y",
        "efficiency": 0.9,
        "bus2": "z",
        "efficiency2": -1.0,
        "delay2": 3,
        "cyclic_delay2": False,
        "bus3": "y",
        "efficiency3": 0.5,
    }


def test_a_profile_without_change_is_a_number() -> None:
    assert simplify_profile(np.full(5, 0.4)) == 0.4
    assert simplify_profile(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert simplify_profile("text") == "text"


def test_a_name_given_twice_is_a_defect() -> None:
    draft = Draft()
    draft.add("Bus", "a")
    with pytest.raises(ValueError, match="there already"):
        draft.add("Bus", "a")
