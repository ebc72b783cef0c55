"""Requests about mail products at the same window."""
