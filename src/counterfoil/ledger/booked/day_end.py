"""Booking of the end of the day: steps over all accounts."""

from __future__ import annotations

from counterfoil.ledger.legs import Booked, Families

FAMILIES: Families = {}

BOOKED: Booked = {}
