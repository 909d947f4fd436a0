"""One module for each edition of the common tables."""
