"""Monthly and cumulative statistics: what was known on a day, as spans of months, nothing filled in."""
