"""Rules that say no to people around an account: joint owners, those who act for others, stops and levies."""
