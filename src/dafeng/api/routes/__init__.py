"""Routers of the API; a module here that defines ``router`` is found, nothing else names it."""
