"""Booking of mail products at the same window."""

from __future__ import annotations

from counterfoil.ledger.legs import Booked, Families

FAMILIES: Families = {}

BOOKED: Booked = {}
