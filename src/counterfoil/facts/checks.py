"""Facts of checks turned into cash or deposited, and what becomes of them."""
