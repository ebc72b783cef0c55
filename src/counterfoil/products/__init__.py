"""Products: data and pure rules. Nothing here reads a store, a clock or a file; amounts are minor units or decimals."""
