"""Rules that say no to money orders, from the blank form to its cashing."""
