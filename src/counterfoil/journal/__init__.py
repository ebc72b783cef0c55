"""The journal: RFC 6962 trees in the C2SP formats, entries, slips, proofs and bundles. Bytes and hashes, no banking.

The package knows nothing of accounts, tills or customers, reads no file and no clock, and holds no key but the one it
is handed to sign with. docs/formats describes every byte; ``rules`` and ``verify`` check what ``entry``, ``slip``,
``proof`` and ``bundle`` read.
"""
