"""Rules that say no to the end of the day: steps over all accounts."""
