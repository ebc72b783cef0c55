"""The words on receipts of money orders, from the blank form to its cashing."""

from __future__ import annotations

from counterfoil.operations.words.base import Notes, Titles, Told

TITLES: Titles = {}

NOTES: Notes = {}

TOLD: Told = {}
"""Fact → the fields that the asker needs to go on."""
