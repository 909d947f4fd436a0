"""Parts of the pages of data."""
