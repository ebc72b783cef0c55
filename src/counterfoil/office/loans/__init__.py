"""Requests, refusals, rows and folds of small loans."""
