"""Facts of bills paid at the window."""
