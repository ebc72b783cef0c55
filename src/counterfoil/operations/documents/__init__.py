"""Papers for the customer: what stands on each, as typed values, computed from arguments alone.

One module a paper. Each takes a frozen dataclass of plain values and gives a ``Paper``: blocks of text in the reader's
language, every amount exact. ``engines.printing.pdf`` lays a ``Paper`` out; nothing here knows of pages or fonts.
"""
