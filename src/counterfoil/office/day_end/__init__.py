"""Requests, refusals, rows and folds of the end of the day."""
