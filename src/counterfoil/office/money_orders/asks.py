"""Requests about money orders, from the blank form to its cashing."""
