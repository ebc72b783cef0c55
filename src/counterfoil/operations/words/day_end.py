"""The words on receipts of the end of the day: steps over all accounts."""

from __future__ import annotations

from counterfoil.operations.words.base import Notes, Titles, Told

TITLES: Titles = {}

NOTES: Notes = {}

TOLD: Told = {}
"""Fact → the fields that the asker needs to go on."""
