"""Requests about savings and everyday accounts as products: interest, dormancy, escheat."""
