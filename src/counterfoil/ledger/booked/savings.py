"""Booking of savings and everyday accounts as products: interest, dormancy, escheat."""

from __future__ import annotations

from counterfoil.ledger.legs import Booked, Families

FAMILIES: Families = {}

BOOKED: Booked = {}
