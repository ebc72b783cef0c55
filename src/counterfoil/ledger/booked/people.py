"""Booking of people around an account: joint owners, those who act for others, stops and levies."""

from __future__ import annotations

from counterfoil.ledger.legs import Booked, Families

FAMILIES: Families = {}

BOOKED: Booked = {}
