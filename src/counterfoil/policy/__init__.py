"""The dated policy book: fees, rates, limits, prices and identification tiers. One edition is one immutable file.

An edition takes effect by an entry that carries its bytes; a file without an entry is ignored.
"""
