"""Nowcast: what a year will come to, from monthly and year-to-date figures, with its error."""
