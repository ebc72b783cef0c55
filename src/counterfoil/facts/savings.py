"""Facts of savings and everyday accounts as products: interest, dormancy, escheat."""
