"""The words on receipts, one module a product; ``base`` has what they share, ``operations.receipts`` joins them."""
