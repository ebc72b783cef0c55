"""Rules that say no to mail products at the same window."""
