"""The registers on the web: list, rows, one row, forms, import, corrections; the parts of one page each."""
