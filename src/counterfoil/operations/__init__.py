"""The only place with a sequence of effects: the desk, the audit, the replay and the queries.

Ports (Protocols) of the stores, the disk, the clock and the keys live here; engines implement them.
"""
