"""Rules that say no to small loans."""
