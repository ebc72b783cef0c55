"""Requests, refusals, rows and folds of checks."""
