"""Booking of checks turned into cash or deposited, and what becomes of them."""

from __future__ import annotations

from counterfoil.ledger.legs import Booked, Families

FAMILIES: Families = {}

BOOKED: Booked = {}
