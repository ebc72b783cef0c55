"""Requests, refusals, rows and folds of money orders."""
