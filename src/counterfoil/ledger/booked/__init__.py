"""What the ledger says of each product's facts: one module a product, with its families of accounts. Never changed."""
