"""Counterfoil: an open postal bank. The counter, the books, the products and the proof."""

__version__ = "0.1.0"
