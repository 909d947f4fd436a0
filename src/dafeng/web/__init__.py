"""The web workbench: pages drawn on the server, each in a module of its own under :mod:`dafeng.web.pages`."""
