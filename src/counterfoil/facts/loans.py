"""Facts of small loans."""
