"""Requests, refusals, rows and folds of cash sent between offices."""
