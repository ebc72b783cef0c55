"""The smallest words: money, days, identifiers, limits and outcomes. Standard library only.

Nothing here reads a clock, a file or a random number. Every value is checked when it is built, so nobody
downstream checks it again.
"""
