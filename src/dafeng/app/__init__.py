"""Use cases: the only layer that does IO across rooms and knows the time."""
