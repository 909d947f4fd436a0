"""What the pages of targets share: the board as rows that are filtered and sorted, and one target's sheet."""
