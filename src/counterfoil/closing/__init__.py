"""Closing: the day (Open → Counted → Closed), blind counts, differences and disputes."""
