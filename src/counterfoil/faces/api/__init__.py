"""The API under ``/v1``: parse, call operations, render. No rule of banking.

Its endpoints, schemas and document follow from the registry of requests, so a new kind has all three without new code.
"""
