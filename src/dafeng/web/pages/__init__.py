"""Pages of the workbench; a module here that defines ``PAGE`` or ``PAGES`` is found by itself."""
