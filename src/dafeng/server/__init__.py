"""The server: API and workbench in one application."""
