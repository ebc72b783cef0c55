"""Requests about the end of the day: steps over all accounts."""
