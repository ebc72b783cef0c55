"""Rules that say no to checks turned into cash or deposited, and what becomes of them."""
