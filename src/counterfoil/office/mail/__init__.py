"""Requests, refusals, rows and folds of mail products."""
