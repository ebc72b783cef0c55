"""Rules that say no to bills paid at the window."""
