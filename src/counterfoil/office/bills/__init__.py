"""Requests, refusals, rows and folds of bills."""
