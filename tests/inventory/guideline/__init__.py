"""The second method."""
