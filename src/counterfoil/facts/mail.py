"""Facts of mail products at the same window."""
