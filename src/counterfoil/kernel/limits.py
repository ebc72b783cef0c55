"""Bounds on everything. A bound that is not written down is found by an attacker first.

Each is the largest value accepted, in the unit its name says.
"""

AMOUNT_MINOR_MAX = 2**63 - 1
"""Minor units of one amount, balance or counter: int64, as the ledger and both stores keep it."""
NODE_MAX = 2**16 - 1
EPOCH_MAX = 2**16 - 1
SEQUENCE_MAX = 2**40 - 1
PARTS_MAX = 23
"""Services in one visit: fits one CBOR byte, which keeps a slip inside one QR code."""
REQUEST_BYTES_MAX = 65_536
TEXT_CHARACTERS_MAX = 200
"""Characters in one free text (a name, a note, a reason)."""
REPLAY_LINE_BYTES_MAX = 262_144
FACTS_BYTES_MAX = 1_048_576
LEAF_BYTES_MAX = 1_024
SLIP_BYTES_MAX = 450
NOTE_BYTES_MAX = 1_000_000
GROUP_ENTRIES_MAX = 1_024
"""Entries in one commit group: bounds how far the database may be ahead of the high-water mark."""
BATCH_TRANSFERS_MAX = 8_189
"""Transfers in one ledger batch (TigerBeetle's own bound)."""
CBOR_DEPTH_MAX = 16
DENOMINATIONS_MAX = 40
