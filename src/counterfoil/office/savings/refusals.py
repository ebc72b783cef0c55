"""Rules that say no to savings and everyday accounts as products: interest, dormancy, escheat."""
