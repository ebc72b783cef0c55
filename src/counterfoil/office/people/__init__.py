"""Requests, refusals, rows and folds of people around an account."""
