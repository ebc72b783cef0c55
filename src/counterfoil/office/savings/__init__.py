"""Requests, refusals, rows and folds of savings and everyday accounts."""
