"""Everything that can be recorded, and who may record it.

A fact is a frozen value with a number and a version; both stand in its canonical bytes for ever. A fact's meaning for
the ledger is chosen by its version and never changed: a new meaning is a new version.
"""
