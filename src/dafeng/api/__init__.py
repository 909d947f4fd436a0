"""The API under ``/api/v1``: routers, each in a module of its own under :mod:`dafeng.api.routes`."""
