"""Requests about small loans."""
