"""The words on receipts of people around an account: joint owners, those who act for others, stops and levies."""

from __future__ import annotations

from counterfoil.operations.words.base import Notes, Titles, Told

TITLES: Titles = {}

NOTES: Notes = {}

TOLD: Told = {}
"""Fact → the fields that the asker needs to go on."""
